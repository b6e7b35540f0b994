"""What becomes evidence, once, in the transaction of the state that follows from it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from drift.errors import ProviderUnavailableError
from drift.ledger.entry import StoredEntry
from drift.ledger.log import entries
from drift.model.baseline import Declaration, DeclaredResource
from drift.model.change import Change, Write
from drift.model.event import Effect, Fate, OpenedSession, Source, UnreadableRecord
from drift.model.evidence import ConfigRecord, EntryKind
from drift.model.finding import AttributeDrift, Comparison, DriftFinding, FindingKind, NotCompared
from drift.model.judgement import Judged, Judgement
from drift.model.naming import NamingRules
from drift.model.resource import NotReadReason
from drift.model.survey import Failure, Held, Survey
from drift.model.ticket import Coverage
from drift.model.verdict import Disposition, Statement
from drift.stages.group import group
from drift.stages.merge.gather import gather, gather_opened
from drift.stages.record import (
    record_acknowledgement,
    record_baselines,
    record_comparison,
    record_configuration,
    record_declared,
    record_gap,
    record_judgement,
    record_sweep,
    record_write,
)
from drift.stages.record.sweeps import News
from drift.store.changes import changes, sessions_to_judge
from drift.store.database import Database
from drift.store.findings import findings as all_findings
from drift.store.findings import open_findings
from drift.store.sessions import openings_behind
from tests.builders import (
    NOON,
    a_finding,
    a_judgement,
    a_match,
    a_principal,
    a_session_opened,
    a_ticket,
    a_write,
    an_event,
    minutes,
)

SECRET = "hunter2-correct-horse"

LATER = NOON + minutes(60)
WEEK_AGO = NOON - minutes(7 * 24 * 60)


# Writes


def test_a_write_is_recorded_with_who_made_it_and_how(database: Database) -> None:
    assert happened(database, a_write()) == [Fate.CHANGE]

    [entry] = ledger(database)
    assert (entry.kind, entry.ref, entry.recorded_at) == (EntryKind.OBSERVATION, "aws:e-1", LATER)
    assert body(entry)["actor"]["name"] == "alice@example.com"
    assert body(entry)["classification"]["channel"] == "console"
    assert body(entry)["event"]["source"]["sha256"]


def test_a_write_that_is_delivered_twice_is_recorded_once(database: Database) -> None:
    assert happened(database, a_write(), a_write()) == [Fate.CHANGE, Fate.DUPLICATE]
    assert happened(database, a_write()) == [Fate.DUPLICATE]

    assert len(ledger(database)) == 1
    assert [len(row.writes) for row in kept_changes(database)] == [1]


def test_a_record_without_an_id_is_recognised_by_its_bytes(database: Database) -> None:
    nameless = a_write(an_event(event_id=None))

    assert happened(database, nameless, nameless) == [Fate.CHANGE, Fate.DUPLICATE]


def test_a_failed_attempt_is_recorded_and_no_change(database: Database) -> None:
    assert happened(database, a_write(an_event(error="AccessDenied"))) == [Fate.ATTEMPT]

    assert [entry.kind for entry in ledger(database)] == [EntryKind.OBSERVATION]
    assert kept_changes(database) == []


@pytest.mark.parametrize(
    ("effect", "fate"),
    [(Effect.READ, Fate.READ), (Effect.AUTH, Fate.AUTH), (Effect.DATA, Fate.DATA)],
)
def test_what_changes_nothing_is_counted_and_not_kept(database: Database, effect: Effect, fate: Fate) -> None:
    assert happened(database, a_write(an_event(effect=effect))) == [fate]

    assert ledger(database) == []


@pytest.mark.parametrize("effect", [Effect.WRITE, Effect.DEPLOY, Effect.RUNTIME])
def test_whatever_changes_something_is_a_change(database: Database, effect: Effect) -> None:
    assert happened(database, a_write(an_event(effect=effect))) == [Fate.CHANGE]


def test_a_write_that_says_not_when_is_recorded_as_a_gap_of_its_source(database: Database) -> None:
    assert happened(database, a_write(an_event(at=None))) == [Fate.UNDATED]

    observation, gap = ledger(database)
    assert (observation.kind, gap.kind) == (EntryKind.OBSERVATION, EntryKind.GAP)
    assert (body(gap)["source"], body(gap)["file"]) == ("trail", "trail.json")


def test_who_opened_a_session_is_remembered_for_the_calls_made_in_it(database: Database) -> None:
    opened = OpenedSession(key="ASIA1", opener=a_principal(), via=None, role="Admin")

    happened(database, a_write(an_event(effect=Effect.AUTH, opens=opened)))

    with database.reading() as connection:
        assert openings_behind(connection, an_event(session_key="ASIA1"), 5) == {"ASIA1": opened}


def test_a_crash_between_a_write_and_its_change_keeps_neither(database: Database) -> None:
    def crash() -> None:
        with database.transaction() as connection:
            record_write(connection, "trail", a_write(), LATER)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        crash()

    assert ledger(database) == []
    assert happened(database, a_write()) == [Fate.CHANGE]


def test_no_secret_of_a_request_reaches_the_database(sqlite_database: Database, tmp_path: Path) -> None:
    """
    Not a column here or there: the bytes of the files are looked through.
    """
    tags = [Statement(place="password", text=SECRET), Statement(place="session tag team", text="web")]
    leaking = an_event(
        request={"masterUserPassword": SECRET, "tags": [{"key": "password", "value": SECRET}]},
        summary=f"set DB_PASSWORD={SECRET}",
        statements=[Statement(place="rule description", text=f"password={SECRET}")],
        opens=a_session_opened(a_principal(), statements=tags),
        user_agent=f"curl password={SECRET}",
    )
    failed = an_event(event_id="e-2", error=f"AccessDenied for password={SECRET}")
    drift = AttributeDrift(path="password", declared=SECRET, live=[{"inner": SECRET}])

    happened(sqlite_database, a_write(leaking), a_write(failed))
    compared(sqlite_database, a_finding(attributes=(drift,)))
    judged(sqlite_database, a_judgement())

    files = sorted(tmp_path.glob("store.sqlite3*"))
    assert [file.suffix for file in files] == [".sqlite3", ".sqlite3-shm", ".sqlite3-wal"]
    assert not [file.name for file in files if SECRET.encode() in file.read_bytes()]
    assert any(b"curl password=(redacted)" in file.read_bytes() for file in files)
    assert any(b'"session tag team","text":"web"' in file.read_bytes() for file in files)


HOSTILE = "nul \0 half \ud83d '; -- %s {0} \N{RIGHT-TO-LEFT OVERRIDE}" + "x" * 100_000


def test_hostile_text_neither_stops_the_record_nor_its_judgement(database: Database) -> None:
    hostile = a_write(
        an_event(
            event_id=HOSTILE.replace("\ud83d", ""),
            account=HOSTILE,
            summary=HOSTILE,
            request={HOSTILE: [HOSTILE, 2**70, float("nan")]},
            statements=[Statement(place="tag", text=HOSTILE)],
        )
    )
    hostile = structs.replace(hostile, actor=structs.replace(hostile.actor, name=HOSTILE))

    assert happened(database, hostile, hostile) == [Fate.CHANGE, Fate.DUPLICATE]
    assert judged(database, a_judgement(match=a_match(Coverage.NONE, HOSTILE))).is_news
    assert not judged(database, a_judgement(match=a_match(Coverage.NONE, HOSTILE))).is_news


def test_a_request_that_is_nested_without_end_is_cut_and_recorded(database: Database) -> None:
    nested: Any = "deep"
    for _ in range(900):
        nested = [nested]

    assert happened(database, a_write(an_event(request=nested))) == [Fate.CHANGE]
    assert judged(database, a_judgement()).is_news


# Configuration, gaps, coverage


def test_a_configuration_is_recorded_when_it_changes(database: Database) -> None:
    for sha256 in ("a", "a", "b", "a"):
        with database.transaction() as connection:
            record_configuration(connection, ConfigRecord(sha256=sha256, tool_version="1"), NOON)

    assert [entry.ref for entry in ledger(database)] == ["a", "b", "a"]


def test_that_other_people_are_known_is_another_configuration(database: Database) -> None:
    for people in ("a", "a", "b"):
        body = ConfigRecord(sha256="0", tool_version="1", people=1, people_sha256=people)
        with database.transaction() as connection:
            record_configuration(connection, body, NOON)

    assert len(ledger(database)) == 2


def test_a_record_that_cannot_be_read_is_a_gap(database: Database) -> None:
    unreadable = UnreadableRecord(
        error="not JSON", source=Source(file="trail/1.json", index=3, sha256="ab" * 32)
    )
    with database.transaction() as connection:
        record_gap(connection, "trail", unreadable, NOON)

    [entry] = ledger(database)
    assert (entry.kind, entry.ref) == (EntryKind.GAP, "trail/1.json")
    assert body(entry) == {
        "source": "trail",
        "file": "trail/1.json",
        "index": 3,
        "sha256": "ab" * 32,
        "error": "not JSON",
        "gap_id": None,
        "status": "open",
        "owner": None,
        "account": None,
        "region": None,
        "from_at": None,
        "to_at": None,
        "by": None,
        "reason": None,
    }


# Comparisons


def test_a_finding_is_recorded_when_it_opens_changes_is_resolved_and_comes_back(database: Database) -> None:
    changed = a_finding(attributes=(AttributeDrift(path="ingress", declared=[], live=[443]),))

    compared(database, a_finding())
    compared(database, a_finding())
    compared(database, changed)
    compared(database)
    compared(database)
    compared(database, changed)

    said = [
        (body(entry)["status"], body(entry)["finding"]["attributes"][0]["live"]) for entry in ledger(database)
    ]
    assert said == [("open", [22]), ("open", [443]), ("resolved", [443]), ("reopened", [443])]


def test_a_value_that_json_writes_differently_is_not_news_each_time(database: Database) -> None:
    """
    A number that is none is kept as null, and would differ from itself for ever.
    """
    odd = a_finding(attributes=(AttributeDrift(path="ingress", declared=(1,), live=float("nan")),))

    compared(database, odd)
    compared(database, odd)

    assert len(ledger(database)) == 1


def test_a_baseline_that_could_not_be_read_resolves_nothing(database: Database) -> None:
    compared(database, a_finding())

    compared(database, seen=a_survey("another", unread=["prod"]))

    assert list(open_of(database)) == ["f-1"]


def test_a_baseline_of_which_one_state_could_not_be_read_resolves_nothing(database: Database) -> None:
    """
    The finding may be of that state: what is held bears the same name.
    """
    compared(database, a_finding())

    compared(database, seen=a_survey("prod", unread=["prod"]))

    assert list(open_of(database)) == ["f-1"]


def test_a_resource_that_could_not_be_compared_resolves_nothing(database: Database) -> None:
    compared(database, a_finding())

    compared(database, not_compared=["aws_security_group.web"])

    assert list(open_of(database)) == ["f-1"]


def test_what_is_undeclared_stays_so_while_a_baseline_cannot_be_read(database: Database) -> None:
    unmanaged = a_finding(kind=FindingKind.UNMANAGED, address=None, baseline=None)
    compared(database, unmanaged)

    compared(database, seen=a_survey("prod", unread=["other"]))
    assert list(open_of(database)) == ["f-1"]

    compared(database)
    assert list(open_of(database)) == []


def test_a_change_is_judged_again_when_its_resource_stands_differently(database: Database) -> None:
    happened(database, a_write())
    waits = []
    for findings in ((a_finding(),), (a_finding(),), ()):
        judged(database, a_judgement(Disposition.AUTHORISED))
        compared(database, *findings)
        waits.append(bool(waiting(database)))

    assert waits == [True, False, True]


def test_what_an_apply_may_still_be_doing_is_neither_opened_nor_resolved(database: Database) -> None:
    compared(database, settling=[a_finding()])
    assert ledger(database) == []

    compared(database, a_finding())
    compared(database, settling=[a_finding()])

    assert list(open_of(database)) == ["f-1"]


def test_an_acknowledged_finding_stays_open_until_a_comparison_resolves_it(database: Database) -> None:
    compared(database, a_finding())
    acknowledged(database)

    compared(database, a_finding())
    assert statuses(database) == ["acknowledged"]
    compared(database)

    assert statuses(database) == ["resolved"]
    said = [(body(entry)["status"], body(entry)["by"]) for entry in ledger(database)]
    assert said == [("open", None), ("acknowledged", "dave@example.com"), ("resolved", None)]


def test_what_differs_otherwise_than_was_acknowledged_is_reopened(database: Database) -> None:
    """
    That the write which made it so became known is no other difference.
    """
    compared(database, a_finding())
    acknowledged(database)
    explained = AttributeDrift(path="ingress", declared=[], live=[22], explained_by=("aws:1",))
    compared(database, a_finding(attributes=(explained,)))
    assert statuses(database) == ["acknowledged"]

    compared(database, a_finding(attributes=(AttributeDrift(path="ingress", declared=[], live=[443]),)))

    assert statuses(database) == ["reopened"]


# That comparisons are made


def test_a_comparison_that_finds_nothing_new_is_counted_and_told_within_the_hour(database: Database) -> None:
    for minute in (0, 10, 20, 60, 70):
        swept(database, at=LATER + minutes(minute))

    told = [
        (body(entry)["comparisons"], body(entry)["from_at"][11:16], body(entry)["to_at"][11:16])
        for entry in ledger(database)
    ]
    assert told == [(1, "13:00", "13:00"), (3, "13:10", "14:00")]
    assert {entry.kind for entry in ledger(database)} == {EntryKind.COMPARISON}


def test_a_comparison_that_tells_something_else_is_told_at_once(database: Database) -> None:
    swept(database)
    swept(database, a_finding())
    swept(database, a_finding(), seen=a_survey("prod", unread=["prod"]))
    swept(database, a_finding(), news=News(found=1, resolved=0))

    told = [(body(one)["findings"], body(one)["not_read"], body(one)["found"]) for one in ledger(database)]
    assert told == [
        ({}, [], 0),
        ({"drifted": 1}, [], 0),
        ({"drifted": 1}, ["prod"], 0),
        ({"drifted": 1}, [], 1),
    ]


def test_where_nothing_is_watched_no_comparison_is_told(database: Database) -> None:
    swept(database, seen=a_survey())

    assert ledger(database) == []


def test_each_state_that_cannot_be_read_is_one_gap_until_it_can_be(database: Database) -> None:
    broken = ProviderUnavailableError("the state is damaged", hint="mend it")
    unread = replace(
        a_survey("prod"),
        failures=tuple(Failure(name="prod", error=broken, origin=origin) for origin in ("a", "b")),
    )

    mended = replace(unread, held=(Held(declaration=a_state(origin="a"), readings=()),))

    nothing = Comparison(findings=(), not_compared=(), declared=0, compared=0)
    for seen in (unread, unread, replace(mended, failures=unread.failures[1:]), unread):
        with database.transaction() as connection:
            record_declared(connection, seen, nothing, NamingRules(), LATER)

    assert [entry.ref for entry in ledger(database)] == ["a", "b", "a"]


# Baselines


def a_state(
    lineage: str | None = "one", serial: int | None = 7, origin: str = "s3://states/prod"
) -> Declaration:
    return replace(_declaration("prod"), origin=origin, lineage=lineage, serial=serial)


def declared(database: Database, *states: Declaration) -> list[str]:
    """Record states as one cycle after the other reads them; return what must be looked into, or no more."""
    told: list[str] = []
    for one in states:
        with database.transaction() as connection:
            turned = record_baselines(connection, [one], LATER)
            told += [alarm.text for alarm in turned.went_back]
            told += [f"over: {subject}" for subject in turned.caught_up]
    return told


def turns(database: Database) -> list[tuple[str, int | None, int | None]]:
    """Return what was recorded of states: what happened, and the serial before and after."""
    bodies = [body(entry) for entry in ledger(database)]
    return [(one["turn"], one["serial_before"], one["serial"]) for one in bodies]


def test_each_version_of_a_state_is_recorded_once_and_nobody_is_told(database: Database) -> None:
    assert declared(database, a_state(), a_state(), a_state(serial=8), a_state(serial=20)) == []

    assert turns(database) == [("first_read", None, 7), ("applied", 7, 8), ("applied", 8, 20)]


def test_a_state_without_a_serial_is_another_version_when_its_bytes_are_others(database: Database) -> None:
    first = a_state(serial=None)

    declared(database, first, first, replace(first, sha256="1" * 64))

    assert turns(database) == [("first_read", None, None), ("applied", None, None)]


def test_a_state_whose_bytes_are_others_under_the_same_serial_was_edited(database: Database) -> None:
    """
    An apply that changes anything counts the serial up.
    """
    first = a_state(serial=7)
    edited = replace(first, sha256="1" * 64)

    assert declared(database, first, edited, edited, a_state(serial=8)) == []

    assert turns(database) == [("first_read", None, 7), ("edited", 7, 7), ("applied", 7, 8)]


def test_a_version_says_how_much_it_declares_and_from_which_commit(database: Database) -> None:
    one = DeclaredResource(
        address="aws_s3_bucket.logs",
        type="aws_s3_bucket",
        resource_id="logs",
        provider="hashicorp/aws",
        account=None,
        region=None,
        attributes={},
    )

    declared(database, replace(a_state(), commit="c0ffee", resources=(one,)))

    [entry] = ledger(database)
    assert (body(entry)["commit"], body(entry)["resources"]) == ("c0ffee", 1)


def test_a_serial_that_goes_down_is_recorded_and_told_once(database: Database) -> None:
    told = declared(database, a_state(serial=8), a_state(serial=5), a_state(serial=5), a_state(serial=6))

    assert told == [
        "an older state of prod was put back: the serial went down from 8 to 5 in s3://states/prod"
    ]
    _, entry, _ = ledger(database)
    assert (entry.kind, entry.ref, entry.recorded_at) == (EntryKind.BASELINE, "s3://states/prod", LATER)
    assert body(entry) == {
        "turn": "went_back",
        "baseline": "prod",
        "origin": "s3://states/prod",
        "lineage": "one",
        "serial": 5,
        "sha256": "0" * 64,
        "lineage_before": "one",
        "serial_before": 8,
        "commit": None,
        "resources": 0,
    }


@pytest.mark.parametrize(("lineage", "serial"), [("one", 8), ("one", 9), ("two", 1)])
def test_a_state_that_went_back_is_told_of_until_it_is_as_far_as_it_was(
    database: Database, lineage: str, serial: int
) -> None:
    then = a_state(lineage, serial)

    *_, last = declared(database, a_state(serial=8), a_state(serial=5), a_state(serial=7), then, then)

    assert last == "over: prod: s3://states/prod"


def test_a_state_that_goes_back_twice_has_to_come_as_far_as_it_ever_was(database: Database) -> None:
    told = declared(database, a_state(serial=8), a_state(serial=5), a_state(serial=3), a_state(serial=7))

    assert [one for one in told if one.startswith("over")] == []


def test_another_lineage_is_a_new_baseline_whose_serial_begins_anew(database: Database) -> None:
    assert declared(database, a_state(serial=8), a_state("two", serial=1), a_state("two", serial=2)) == []

    _, entry, _ = ledger(database)
    assert (body(entry)["turn"], body(entry)["lineage_before"], body(entry)["lineage"]) == (
        "replaced",
        "one",
        "two",
    )


def test_each_state_of_a_baseline_is_held_against_itself(database: Database) -> None:
    assert declared(database, a_state(serial=8), a_state("two", serial=3, origin="s3://states/dev")) == []

    assert turns(database) == [("first_read", None, 8), ("first_read", None, 3)]


@pytest.mark.parametrize(("before", "after"), [(None, 3), (3, None)])
def test_a_state_without_a_serial_went_nowhere(
    database: Database, before: int | None, after: int | None
) -> None:
    assert declared(database, a_state(serial=before), a_state(serial=after)) == []


# Judgements


def test_a_judgement_is_recorded_with_the_writes_it_rests_on(database: Database) -> None:
    happened(database, a_write(), a_write(an_event(event_id="e-2", at=NOON + minutes(1))))

    result = judged(database, a_judgement(match=a_match(Coverage.APPROVED_BEFORE, ticket=a_ticket())))

    entry = ledger(database)[-1]
    assert (entry.kind, entry.seq, result.is_news) == (EntryKind.DISPOSITION, result.ledger_seq, True)
    assert json.loads(entry.leaf)["links"] == [0, 1]
    assert body(entry)["events"] == ["aws:e-1", "aws:e-2"]
    assert (body(entry)["ticket"], body(entry)["ticket_system"]) == ("OPS-1", "jira")
    assert (body(entry)["began_at"], body(entry)["ended_at"]) == (
        "2026-11-16T12:00:00Z",
        "2026-11-16T12:01:00Z",
    )


def test_a_judgement_is_recorded_with_what_was_done_in_order_and_once(database: Database) -> None:
    done = ["created the role x", "let anybody take x", "created the role x"]

    happened(database, *writes_that(done))
    judged(database, a_judgement())

    assert body(ledger(database)[-1])["summary"] == "created the role x; let anybody take x"


def test_what_was_done_is_cut_where_it_is_endless(database: Database) -> None:
    happened(database, *writes_that([f"did {number} things" for number in range(60)]))
    judged(database, a_judgement())

    told = body(ledger(database)[-1])["summary"]
    assert (len(told), told[-1]) == (500, "\N{HORIZONTAL ELLIPSIS}")


def test_the_same_judgement_is_recorded_once(database: Database) -> None:
    happened(database, a_write())

    first, second = judged(database, a_judgement()), judged(database, a_judgement())

    assert (first.is_news, second.is_news) == (True, False)
    assert first.ledger_seq == second.ledger_seq
    assert len(ledger(database)) == 2


def test_the_same_judgement_of_a_change_with_one_write_more_is_recorded_anew(database: Database) -> None:
    happened(database, a_write())
    judged(database, a_judgement())
    happened(database, a_write(an_event(event_id="e-2", at=NOON + minutes(1))))

    assert judged(database, a_judgement()).is_news


def test_a_different_judgement_is_recorded_and_stands_from_then_on(database: Database) -> None:
    happened(database, a_write())
    judged(database, a_judgement(Disposition.PENDING))

    later = judged(database, a_judgement(Disposition.UNTICKETED))

    with database.reading() as connection:
        [row] = changes(connection)
    assert (row.judgement, row.ledger_seq) == (later.judgement, later.ledger_seq)


def happened(database: Database, *writes: Write) -> list[Fate]:
    """Record writes as the pipeline does, and say what became of them."""
    fates = []
    with database.transaction() as connection:
        for write in writes:
            assert not list(gather_opened(connection, write.event, LATER))
            told = gather(connection, "trail", write.event, LATER)
            if isinstance(told, Fate):
                fates.append(told)
                continue
            fates.append(record_write(connection, "trail", write, LATER))
            if fates[-1] is Fate.CHANGE:
                group(connection, write)
    return fates


def writes_that(summaries: Sequence[str]) -> list[Write]:
    """Writes to one resource, a second apart."""
    return [
        a_write(an_event(event_id=f"e-{number}", at=NOON + minutes(number / 60), summary=summary))
        for number, summary in enumerate(summaries)
    ]


def compared(
    database: Database,
    *findings: DriftFinding,
    seen: Survey | None = None,
    not_compared: Sequence[str] = (),
    settling: Sequence[DriftFinding] = (),
    at: datetime = LATER,
) -> None:
    unread = tuple(
        NotCompared(
            baseline="prod",
            address=one,
            type=None,
            resource_id=None,
            reason=NotReadReason.UNREADABLE,
            error="denied",
        )
        for one in not_compared
    )
    comparison = Comparison(
        findings=findings, not_compared=unread, declared=1, compared=1, settling=tuple(settling)
    )
    with database.transaction() as connection:
        record_comparison(connection, seen or a_survey("prod"), comparison, at, judged_since=WEEK_AGO)


def swept(
    database: Database,
    *findings: DriftFinding,
    seen: Survey | None = None,
    news: News = News(found=0, resolved=0),  # noqa: B008 - frozen
    at: datetime = LATER,
) -> None:
    """Record that a comparison was made."""
    comparison = Comparison(findings=findings, not_compared=(), declared=1, compared=1)
    with database.transaction() as connection:
        record_sweep(connection, seen or a_survey("prod"), comparison, news, at)


def acknowledged(database: Database) -> None:
    """Somebody answers for the only finding."""
    with database.transaction() as connection:
        [row] = open_findings(connection).values()
        record_acknowledgement(connection, row, "dave@example.com", "until the migration", LATER)


def statuses(database: Database) -> list[str]:
    """Where every finding is in its life."""
    with database.reading() as connection:
        return [row.status.value for row in all_findings(connection)]


def judged(database: Database, judgement: Judgement) -> Judged:
    """Record a judgement of the only change."""
    with database.transaction() as connection:
        [row] = changes(connection)
        return record_judgement(connection, row.change, judgement, LATER)


def a_survey(*names: str, unread: Sequence[str] = ()) -> Survey:
    """Baselines that declare nothing, each read whole unless said otherwise."""
    return Survey(
        held=tuple(Held(declaration=_declaration(name), readings=()) for name in names),
        others=(),
        discovered=(),
        failures=tuple(
            Failure(name=name, error=ProviderUnavailableError("the state is locked", hint="wait"))
            for name in unread
        ),
    )


def _declaration(name: str) -> Declaration:
    return Declaration(
        name=name, origin=f"{name}.tfstate", lineage=None, serial=1, sha256="0" * 64, resources=()
    )


def ledger(database: Database) -> list[StoredEntry]:
    with database.reading() as connection:
        return list(entries(connection))


def body(entry: StoredEntry) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(entry.body or b"")
    return content


def kept_changes(database: Database) -> list[Change]:
    with database.reading() as connection:
        return [row.change for row in changes(connection)]


def open_of(database: Database) -> dict[str, Any]:
    with database.reading() as connection:
        return dict(open_findings(connection))


def waiting(database: Database) -> list[str]:
    with database.reading() as connection:
        return sessions_to_judge(connection, LATER)
