"""The funnel adds up, and where two sources do not agree, the pack says so and names what."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from msgspec import structs

from drift.ledger.checkpoint import latest_checkpoint, seal, sealed_entries
from drift.ledger.entry import NewEntry
from drift.ledger.log import append_all
from drift.model.change import Amendment
from drift.model.evidence import AlertRecord, AmendmentRecord, EntryKind, TallyCount, TallyRecord
from drift.model.finding import FindingStatus
from drift.model.verdict import Channel, Disposition
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.ocsf import ocsf
from drift.reports.pack.opening import opening_register
from drift.reports.pack.parts import Part
from drift.reports.pack.reconcile.parts import reconciled
from drift.reports.pack.request import PackRequest
from drift.reports.pack.view import View
from drift.reports.population import Period, Reading
from drift.store.database import Database
from tests.builders import ACCOUNT, a_classification, a_write, an_event
from tests.ledger.building import KEY, NOON, a_disposition, a_finding, an_entry
from tests.reports.test_register_duties import REVIEWED, a_run

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def test_every_record_that_was_read_is_accounted_for(sqlite_database: Database) -> None:
    """
    Of 20 records, 4 are writes of the period: one failed, one is left out, two are one change.
    """
    writes = [
        written("1"),
        written("2", minutes=1),
        written("3", error="AccessDenied"),
        written("4", exclusion="the autoscaler's"),
    ]
    said = [
        *writes,
        a_disposition("chg-1", events=("aws:1", "aws:2")),
        tally(read=15, unreadable=1, change=2),
    ]
    said += [tally(attempt=1, excluded=1)]

    listed = listings(sqlite_database, reconciled, said)

    assert steps(listed["01_ipe/funnel"]) == [
        ("records", None, "received", 20, 0, 20),
        ("records", None, "unreadable", 0, 1, 19),
        ("records", None, "read", 0, 15, 4),
        ("writes", None, "recorded", 4, 0, 4),
        ("writes", None, "difference", 0, 0, 4),
        ("writes", None, "attempt", 0, 1, 3),
        ("writes", None, "excluded", 0, 1, 2),
        ("writes", None, "difference", 0, 0, 2),
        ("changes", "console", "grouped", 2, 0, 2),
        ("changes", "console", "together", 0, 1, 1),
        ("changes", None, "difference", 0, 0, 1),
    ]
    assert listed["02_population/excluded_rules"] == [
        {"rule": "the autoscaler's", "account": ACCOUNT, "writes": 1}
    ]


def test_what_does_not_add_up_is_a_difference_and_named(sqlite_database: Database) -> None:
    """
    The counts tell of a write that nobody recorded; one that was recorded is in no change; and a change
    names a record that the ledger does not have.
    """
    said = [written("1"), written("2"), tally(change=3), a_disposition("chg-1", events=("aws:1", "aws:9"))]

    listed = listings(sqlite_database, reconciled, said)

    differences = [one for one in steps(listed["01_ipe/funnel"]) if one[2] == "difference"]
    assert differences == [
        ("writes", None, "difference", 0, 1, 2),
        ("writes", None, "difference", 0, 1, 1),
        ("changes", None, "difference", 0, 0, 1),
    ]
    assert [(one["check_id"], one["id"]) for one in listed["01_ipe/differences"]] == [
        ("alerts/messages", "ses-1"),
        ("events/changes", "aws:2"),
        ("events/changes", "aws:9"),
    ]
    checks = {one["check_id"]: one for one in listed["01_ipe/reconciliation"]}
    events = checks["events/changes"]
    assert (events["matched"], events["left_only"], events["right_only"]) == (1, 1, 1)
    assert events["result"] == "differs"
    assert all(one["explained_by"] for one in listed["01_ipe/differences"])


def test_a_write_that_was_amended_counts_as_it_stands(sqlite_database: Database) -> None:
    """
    It was told as a success, and its operation failed in the end.
    """
    failed = a_write(an_event(event_id="1", error="it did not go through"))
    amended = AmendmentRecord(why=Amendment.COMPLETED, records=(), write=failed)
    said = [written("1"), an_entry("aws:1", amended, kind=EntryKind.AMENDMENT), tally(change=1)]

    listed = listings(sqlite_database, reconciled, said)

    assert [one for one in steps(listed["01_ipe/funnel"]) if one[2] in ("difference", "attempt")] == [
        ("writes", None, "difference", 0, 0, 1),
        ("writes", None, "attempt", 0, 1, 0),
        ("writes", None, "difference", 0, 0, 0),
        ("changes", None, "difference", 0, 0, 0),
    ]


def test_what_lies_at_the_edges_of_a_period_has_its_own_rules(sqlite_database: Database) -> None:
    """
    A change that began before the period has a write in it, and one that began in it has one after it.
    """
    said = [
        written("1", minutes=-5),
        written("2", minutes=5),
        written("3", minutes=50),
        written("4", minutes=65),
        a_disposition(
            "chg-1", began_at=NOON - 5 * MINUTE, ended_at=NOON + 5 * MINUTE, events=("aws:1", "aws:2")
        ),
        a_disposition("chg-2", began_at=NOON + 50 * MINUTE, events=("aws:3", "aws:4")),
        tally(change=2),
    ]

    listed = listings(sqlite_database, reconciled, said, since=NOON, until=NOON + 60 * MINUTE)

    assert steps(listed["01_ipe/funnel"])[1:] == [
        ("writes", None, "recorded", 2, 0, 2),
        ("writes", None, "difference", 0, 0, 2),
        ("writes", None, "begun-before", 0, 1, 1),
        ("writes", None, "later", 1, 0, 2),
        ("writes", None, "difference", 0, 0, 2),
        ("changes", "console", "grouped", 2, 0, 2),
        ("changes", "console", "together", 0, 1, 1),
        ("changes", None, "difference", 0, 0, 1),
    ]


def test_changes_are_held_against_runs_messages_and_writes_both_ways(sqlite_database: Database) -> None:
    sent = AlertRecord(client_id="c", session_id="ses-1", notifier="slack", reference="1", sent_at=NOON)
    unread = a_finding("fnd-2")
    finding = replace(unread.body.finding, finding_id="fnd-2", explained_by=("aws:9",))
    unread = replace(unread, body=replace(unread.body, finding=finding))
    said = [
        written("1"),
        a_disposition("chg-1", channel=Channel.PIPELINE, alert=False),
        a_disposition("chg-2", session_id="ses-2", events=()),
        a_disposition("chg-3", channel=Channel.AUTOMATION, session_id="ses-3", events=(), alert=False),
        a_run(REVIEWED, "chg-3"),
        an_entry("ses-1", sent, kind=EntryKind.ALERT),
        a_finding("fnd-1"),
        unread,
    ]

    checks = {
        one["check_id"]: one for one in listings(sqlite_database, reconciled, said)["01_ipe/reconciliation"]
    }

    told = {name: (one["matched"], one["left_only"], one["right_only"]) for name, one in checks.items()}
    assert told == {
        "changes/deployments": (0, 1, 1),
        "tickets/changes": (0, 0, 0),
        "alerts/messages": (0, 1, 1),
        "events/changes": (1, 0, 0),
        "drift/events": (1, 1, 0),
        "drift/records": (1, 1, 0),
    }


def test_the_opening_register_tells_what_became_of_it_month_by_month(sqlite_database: Database) -> None:
    found = FindingStatus.PRE_EXISTING
    said = [
        a_finding("fnd-1", status=found),
        a_finding("fnd-2", status=found),
        a_finding("fnd-3"),
        a_finding("fnd-1", status=FindingStatus.RESOLVED, recorded_at=NOON + 20 * DAY),
        a_finding("fnd-1", status=FindingStatus.REOPENED, recorded_at=NOON + 50 * DAY),
    ]

    listed = listings(sqlite_database, opening_register, said)

    rows = listed["08_baseline/opening_register"]
    assert [(one["finding_id"], one["status"]) for one in rows] == [
        ("fnd-1", "reopened"),
        ("fnd-2", "pre-existing"),
    ]
    assert [tuple(one.values()) for one in listed["08_baseline/opening_progress"]] == [
        ("2026-11", 0, 2, 0, 0, 2, 0),
        ("2026-12", 2, 0, 1, 0, 1, 0),
        ("2027-01", 1, 0, 0, 1, 2, 0),
    ]


def test_what_falls_due_in_a_quiet_month_is_overdue_at_its_end(sqlite_database: Database) -> None:
    """
    Both listings count by the date that was said last.
    """
    registered = a_finding("fnd-1", status=FindingStatus.PRE_EXISTING)
    said = [
        replace(registered, body=replace(registered.body, due_at=NOON + DAY)),
        replace(registered, body=replace(registered.body, due_at=NOON + 20 * DAY), recorded_at=NOON + DAY),
    ]

    listed = listings(sqlite_database, opening_register, said, until=NOON + 30 * DAY)

    [row] = listed["08_baseline/opening_register"]
    overdue = [(one["month"], one["overdue"]) for one in listed["08_baseline/opening_progress"]]
    assert (row["due_at"], row["is_overdue"]) == ("2026-12-10T12:00:00.000000Z", True)
    assert overdue == [("2026-11", 0), ("2026-12", 1)]


def test_ocsf_tells_of_every_write_every_change_and_all_drift(sqlite_database: Database) -> None:
    said = [written("1"), written("2", error="AccessDenied"), a_disposition("chg-1"), a_finding("fnd-1")]

    events: list[Any] = listings(sqlite_database, ocsf, said)["10_mapping/ocsf"]

    assert [(one["class_uid"], one["type_uid"], one["metadata"]["uid"]) for one in events] == [
        (6003, 600303, "aws:1"),
        (6003, 600303, "aws:2"),
        (2003, 200301, "chg-1"),
        (2003, 200301, "fnd-1"),
    ]
    write, failed, change, drift = events
    assert (write["status"], failed["status"]) == ("Success", "Failure")
    assert write["api"] == {"operation": "AuthorizeSecurityGroupIngress", "service": {"name": "ec2"}}
    assert write["src_endpoint"] == {"ip": "198.51.100.7"}
    assert (change["compliance"]["control"], change["compliance"]["status"]) == ("CC8.1", "Fail")
    assert (drift["compliance"]["control"], drift["severity"]) == ("CC7.1", "High")
    required = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
    assert all(required <= set(one) for one in events)


def test_ocsf_lets_no_change_pass_that_somebody_still_has_to_look_at(sqlite_database: Database) -> None:
    """
    A waiver excuses and an emergency is reviewed afterwards: neither passes, nor is it over.
    """
    said = [a_disposition(f"chg-{one}", disposition=one) for one in Disposition]

    events: list[Any] = listings(sqlite_database, ocsf, said)["10_mapping/ocsf"]

    found = {
        one["metadata"]["uid"].removeprefix("chg-"): (
            one["compliance"]["status"],
            one["status"],
            one["activity_name"],
        )
        for one in events
    }
    assert found == {
        "authorised": ("Pass", "Resolved", "Close"),
        "explained": ("Pass", "Resolved", "Close"),
        "emergency": ("Warning", "New", "Create"),
        "waived": ("Warning", "New", "Create"),
        "pending": ("Warning", "New", "Create"),
        "before-enrolment": ("Warning", "New", "Create"),
        "unticketed": ("Fail", "New", "Create"),
        "retroactive": ("Fail", "New", "Create"),
    }


def listings(
    database: Database, part: Part, said: Sequence[NewEntry], **period: Any
) -> dict[str, list[Fields]]:
    """The rows of each listing of a part, by its path, of a ledger with these entries."""
    with database.transaction() as connection:
        append_all(connection, list(said))
        seal(connection, KEY, NOON + 70 * DAY)
    with database.reading() as connection:
        sealed, reading = latest_checkpoint(connection), Reading()
        assert sealed is not None
        for one in sealed_entries(connection, sealed):
            reading.add(one)
        asked = PackRequest(period=Period(**period), tool_version="0.1.0")
        view = View(
            connection=connection,
            sealed=sealed,
            request=asked,
            population=reading.population(asked.period),
        )
        return {one.path: list(one.rows) for one in part(view) if isinstance(one, Listing)}


def written(
    event_id: str, *, minutes: int = 0, error: str | None = None, exclusion: str | None = None
) -> NewEntry:
    classification = structs.replace(a_classification(), exclusion=exclusion)
    event = an_event(event_id=event_id, at=NOON + minutes * MINUTE, error=error)
    return an_entry(event.key, a_write(event, classification=classification))


def tally(**counts: int) -> NewEntry:
    told = tuple(
        TallyCount(account=ACCOUNT, hour=NOON, rule=rule, records=count) for rule, count in counts.items()
    )
    return an_entry("trail", TallyRecord(source="trail", counts=told), kind=EntryKind.TALLY)


def steps(rows: Sequence[Fields]) -> list[tuple[object, ...]]:
    names = ("step", "channel", "rule", "added", "taken", "left")
    return [tuple(one[name] for name in names) for one in rows]
