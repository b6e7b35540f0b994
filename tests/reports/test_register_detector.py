"""Did the watch run, does it see, by which rules, and who answered?"""

from datetime import datetime
from pathlib import Path

import pytest

from drift.ledger.entry import NewEntry
from drift.model.action import Acknowledged
from drift.model.alarm import LOST_CANARY, Alarm
from drift.model.evidence import (
    AlarmRecord,
    AlarmStatus,
    AlertRecord,
    BaselineRecord,
    BaselineTurn,
    CanaryRecord,
    CanaryStatus,
    ComparisonRecord,
    ConfigRecord,
    EnrolmentRecord,
    EnrolmentTurn,
    EntryKind,
    IgnoredRecord,
)
from drift.model.finding import FindingStatus
from drift.model.heartbeat import Heartbeat, JobTurns
from drift.model.rules_edit import RulesEdit
from drift.model.verdict import Disposition, Severity
from tests.acting import a_waiver
from tests.builders import minutes
from tests.ledger.building import NOON, a_coverage, a_disposition, a_finding, an_entry
from tests.reports.registering import DAY, HOUR, SINCE, UNTIL, Tables, an_action, tables_of

RULES = {"configuration": "11" * 32, "redact": "22" * 32}
OLD = ConfigRecord(sha256="aa" * 32, tool_version="0.1.0", parts=RULES)
NEW = ConfigRecord(
    sha256="bb" * 32,
    tool_version="0.2.0",
    parts={**RULES, "configuration": "33" * 32},
    edit=RulesEdit(edited_by="dana@example.com", approved_by="erin@example.com", ticket="OPS-7"),
)
LOST = Alarm(
    slug=LOST_CANARY, subject="prod", text="not seen", hint="look", severity=Severity.HIGH, since=NOON
)


def a_beat(since: datetime, until: datetime, *jobs: JobTurns) -> NewEntry:
    """The service ran."""
    body = Heartbeat(from_at=since, to_at=until, jobs=jobs)
    return an_entry("service", body, kind=EntryKind.HEARTBEAT, recorded_at=until)


def swept(turns: int, failures: int = 0, deaths: int = 0) -> JobTurns:
    """The turns of one job."""
    return JobTurns(job="sweep", schedule="every 3600 s", turns=turns, failures=failures, deaths=deaths)


def a_canary(token: str, written_at: datetime, seen_at: datetime | None = None) -> NewEntry:
    """A write of our own, or its record."""
    body = CanaryRecord(
        status=CanaryStatus.SEEN if seen_at else CanaryStatus.WRITTEN,
        canary="prod",
        token=token,
        written_at=written_at,
        due_at=written_at + minutes(20),
        event="aws:9" if seen_at else None,
    )
    return an_entry("prod", body, kind=EntryKind.CANARY, recorded_at=seen_at or written_at)


def an_alarm(status: AlarmStatus, at: datetime) -> NewEntry:
    """An alarm was raised, or is over."""
    return an_entry("alm-1", AlarmRecord(status=status, alarm=LOST), kind=EntryKind.ALARM, recorded_at=at)


def told(session_id: str, at: datetime, notifier: str = "oncall") -> NewEntry:
    """A channel accepted a message."""
    body = AlertRecord(
        client_id=f"{session_id} {at}", session_id=session_id, notifier=notifier, reference="1", sent_at=at
    )
    return an_entry(session_id, body, kind=EntryKind.ALERT, recorded_at=at)


def a_comparison(at: datetime, **facts: object) -> NewEntry:
    """What is declared was held against what is there."""
    told: dict[str, object] = {
        "from_at": at,
        "to_at": at,
        "comparisons": 6,
        "states": 1,
        "not_read": (),
        "declared": 90,
        "compared": 80,
        "unreadable": 2,
        "unsupported": 8,
        "discovered": 95,
        "findings": {"unmanaged": 10, "drifted": 3},
        "settling": 0,
        "found": 1,
        "resolved": 0,
    }
    body = ComparisonRecord(**(told | facts))  # type: ignore[arg-type]
    return an_entry("comparison", body, kind=EntryKind.COMPARISON, recorded_at=at)


def a_state(turn: BaselineTurn, serial: int, at: datetime, before: int | None = None) -> NewEntry:
    """A state was read that is another one than before."""
    body = BaselineRecord(
        turn=turn,
        baseline="prod",
        origin="s3://states/prod",
        lineage="one",
        serial=serial,
        sha256="0" * 64,
        lineage_before="one" if before else None,
        serial_before=before,
        commit="c0ffee",
        resources=90,
    )
    return an_entry("s3://states/prod", body, kind=EntryKind.BASELINE, recorded_at=at)


def enrolled(scope: str, by: str) -> NewEntry:
    """Somebody had a scope alert."""
    body = EnrolmentRecord(scope=scope, turn=EnrolmentTurn.ENFORCE, by=by)
    return an_entry(scope, body, kind=EntryKind.ENROLMENT)


def hidden(count: int, at: datetime) -> NewEntry:
    """A rule of the configuration hides so much drift."""
    body = IgnoredRecord(
        rule="autoscaling",
        reason="the group scales itself",
        owner="ops",
        expires_at=UNTIL + DAY,
        count=count,
    )
    return an_entry("autoscaling", body, kind=EntryKind.IGNORED, recorded_at=at)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Tables:
    """A month in which the watch ran for half of the time, and something of everything happened."""
    config = {"kind": EntryKind.CONFIG_VERSION}
    entries = [
        an_entry("old", OLD, recorded_at=SINCE - DAY, **config),
        an_entry("new", NEW, recorded_at=NOON, **config),
        enrolled("account:1", "erin@example.com"),
        a_coverage(from_at=SINCE, to_at=UNTIL - 15 * DAY),
        a_beat(SINCE, SINCE + HOUR, swept(1)),
        a_beat(SINCE + HOUR, SINCE + 2 * HOUR, swept(2, failures=1, deaths=1)),
        a_beat(SINCE + 3 * HOUR, SINCE + 4 * HOUR),
        a_canary("c-1", NOON),
        a_canary("c-1", NOON, NOON + minutes(4)),
        a_canary("c-2", NOON + HOUR),
        a_canary("c-2", NOON + HOUR, NOON + 2 * HOUR),
        a_canary("c-3", NOON + DAY),
        an_alarm(AlarmStatus.RAISED, NOON + DAY),
        an_alarm(AlarmStatus.ENDED, NOON + DAY + HOUR),
        a_state(BaselineTurn.FIRST_READ, 6, SINCE - 2 * DAY),
        a_state(BaselineTurn.APPLIED, 7, SINCE - DAY, 6),
        a_state(BaselineTurn.APPLIED, 9, NOON, 7),
        a_state(BaselineTurn.WENT_BACK, 8, NOON + DAY, 9),
        a_comparison(NOON),
        a_comparison(NOON + DAY, findings={"unmanaged": 5}, declared=95, baselines=None),
        a_comparison(NOON + DAY, baselines=("apart",), declared=2, compared=2, findings={}),
        a_disposition("chg-1", disposition=Disposition.PENDING),
        a_disposition("chg-1"),
        a_disposition("chg-2", session_id="ses-2", disposition=Disposition.WAIVED),
        told("ses-1", NOON + minutes(2)),
        told("ses-1", NOON + minutes(3), "mail"),
        told("ses-2", NOON + minutes(5)),
        told("alm-1", NOON + DAY),
        an_action("chg-1", Acknowledged(reason="I look into it."), at=NOON + minutes(12)),
        an_action("chg-2", a_waiver()),
        an_action("fnd-9", a_waiver(expires_at=SINCE - DAY), at=SINCE - 9 * DAY),
        hidden(4, SINCE - DAY),
        hidden(7, NOON),
    ]
    return tables_of(tmp_path_factory.mktemp("detector"), sqlite_template, entries)


def test_covered_minutes_are_so_many_of_so_many_with_the_longest_gap(tables: Tables) -> None:
    covered = {row["what"]: (row["ratio"], row["percent"]) for row in tables.rows("09_detector/covered")}

    assert covered == {
        "trail": ("21600/43200", "50.0"),
        "all sources": ("21600/43200", "50.0"),
        "heartbeats": ("180/43200", "0.4"),
    }
    assert tables.row("09_detector/covered", what="trail")["longest_gap_s"] == str(15 * 24 * 3600)


def test_heartbeats_prove_only_the_time_in_which_they_were_felt(tables: Tables) -> None:
    rows = tables.rows("09_detector/heartbeats")

    assert [(row["from_at"][11:16], row["minutes"], row["turns"]) for row in rows] == [
        ("00:00", "60", "1"),
        ("01:00", "60", "2"),
        ("03:00", "60", "0"),
    ]
    assert tables.row("01_ipe/registers", path="09_detector/jobs")["seen"] == "180"


def test_turns_of_jobs_add_up_by_day(tables: Tables) -> None:
    [row] = tables.rows("09_detector/jobs")

    assert (row["day"], row["job"], row["schedule"]) == ("2026-11-01", "sweep", "every 3600 s")
    assert (row["turns"], row["failures"], row["deaths"]) == ("3", "1", "1")


def test_each_canary_says_whether_and_how_late_it_came_back(tables: Tables) -> None:
    rows = tables.rows("09_detector/canaries")

    assert [(row["result"], row["latency_s"]) for row in rows] == [
        ("seen in time", "240"),
        ("seen late", "3600"),
        ("lost", ""),
    ]


def test_an_alarm_says_how_long_it_stood_and_when_it_was_told(tables: Tables) -> None:
    [row] = tables.rows("09_detector/alarms")

    assert (row["slug"], row["stood_s"]) == ("canary-missing", "3600")
    assert row["told_at"] == row["raised_at"] == "2026-11-21T12:00:00.000000Z"


def test_suppressions_have_an_owner_an_end_and_hits(tables: Tables) -> None:
    rows = tables.rows("09_detector/suppressions")

    assert [(row["kind"], row["name"], row["owner"], row["hits"], row["state"]) for row in rows] == [
        ("waiver", "chg-2", "dave@example.com", "1", "in force at its end"),
        ("ignore", "autoscaling", "ops", "7", "in force at its end"),
    ]
    assert all(row["ledger_seq"] for row in rows)


def test_a_waiver_of_what_was_resolved_hides_nothing_more(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    entries = [
        a_finding("fnd-1"),
        a_finding("fnd-2"),
        an_action("fnd-1", a_waiver()),
        an_action("fnd-2", a_waiver()),
        a_finding("fnd-2", status=FindingStatus.RESOLVED, recorded_at=NOON + DAY),
    ]

    tables = tables_of(tmp_path_factory.mktemp("waived"), sqlite_template, entries)

    rows = tables.rows("09_detector/suppressions")
    assert {row["name"]: row["hits"] for row in rows} == {"fnd-1": "1", "fnd-2": "0"}


def test_our_own_rules_are_changes_too(tables: Tables) -> None:
    stood, new, scope = tables.rows("09_detector/config_versions")

    assert (stood["what"], stood["version"]) == ("stood", "aa" * 32)
    assert (new["version_before"], new["version"]) == ("aa" * 32, "bb" * 32)
    assert new["changed"] == f"configuration: {'11' * 32} -> {'33' * 32}; program: 0.1.0 -> 0.2.0"
    assert (new["edited_by"], new["approved_by"], new["ticket"]) == (
        "dana@example.com",
        "erin@example.com",
        "OPS-7",
    )
    assert (scope["what"], scope["edited_by"]) == ("scope account:1", "erin@example.com")


def test_each_alert_says_how_late_it_was_told_and_who_answered_when(tables: Tables) -> None:
    first, second, alarm = tables.rows("09_detector/alerts")

    assert (first["told_after_s"], first["notifiers"], first["messages"]) == ("120", "mail; oncall", "2")
    assert (first["answered_after_s"], first["answered_by"], first["answer"]) == (
        "600",
        "erin@example.com",
        "acknowledge",
    )
    assert first["stands_as"] == "unticketed"
    assert (second["answered_at"], second["stands_as"]) == ("", "waived")
    assert (alarm["session_id"], alarm["changes"], alarm["began_at"]) == ("alm-1", "", "")


def test_drift_runs_say_what_was_compared_and_what_was_not(tables: Tables) -> None:
    first, *_ = tables.rows("09_detector/drift_runs")

    assert (first["comparisons"], first["compared"], first["unsupported"]) == ("6", "80", "8")
    assert tables.row("01_ipe/registers", path="09_detector/drift_runs")["statement"] == ("comparisons: 18")


def test_each_version_of_a_state_stands_with_serial_lineage_and_commit(tables: Tables) -> None:
    rows = tables.rows("08_baseline/baselines")

    assert [(row["event"], row["serial_before"], row["serial"]) for row in rows] == [
        ("stood", "6", "7"),
        ("applied", "7", "9"),
        ("went_back", "9", "8"),
    ]
    assert {(row["lineage"], row["commit"], row["resources"]) for row in rows} == {("one", "c0ffee", "90")}


def test_managed_coverage_is_that_of_the_last_comparison_of_each_month(tables: Tables) -> None:
    everything, apart = tables.rows("08_baseline/coverage")

    assert (everything["baselines"], everything["managed_ratio"], everything["managed_percent"]) == (
        "all",
        "95/100",
        "95.0",
    )
    assert (apart["baselines"], apart["managed_ratio"]) == ("apart", "2/2")


def test_nothing_that_did_not_operate_passes_for_quiet(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    entries = [a_coverage(from_at=SINCE, to_at=UNTIL)]

    tables = tables_of(tmp_path_factory.mktemp("quiet"), sqlite_template, entries)

    states = {row["path"]: row["state"] for row in tables.rows("01_ipe/registers")}
    assert states["09_detector/alarms"] == "did not occur"
    not_operated = [path for path, state in states.items() if state == "did not operate"]
    assert not_operated == [
        "07_pipeline_controls/timeline",
        "07_pipeline_controls/not_verifiable",
        "07_pipeline_controls/checks",
        "08_baseline/baselines",
        "08_baseline/coverage",
        "09_detector/heartbeats",
        "09_detector/jobs",
        "09_detector/drift_runs",
        "09_detector/canaries",
        "09_detector/config_versions",
    ]
