"""What was read of each account and region is told without holes, and what was not is told as well."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from drift.errors import ProviderUnavailableError
from drift.model.coverage import CoverageRules, SourceRules
from drift.model.event import ChangeEvent, Effect
from drift.model.evidence import EntryKind
from drift.store.database import Database
from tests.builders import ACCOUNT, NOON, an_event, minutes
from tests.scenarios.cloud import Watch
from tests.scenarios.troubled import TroubledLog

HOUR = 60
DAY = 24 * HOUR


@pytest.fixture
def log() -> TroubledLog:
    return TroubledLog(delay=timedelta(minutes=15))


@pytest.fixture
def watch(database: Database, log: TroubledLog) -> Watch:
    return Watch(database=database, log=log)


def spans(watch: Watch, account: str = ACCOUNT) -> list[tuple[float, float, int]]:
    """Return what the ledger says was covered, in minutes after noon, with the number of records."""
    return [
        (_minute(body["from_at"]), _minute(body["to_at"]), body["records"])
        for body in watch.bodies(EntryKind.COVERAGE)
        if body["account"] == account
    ]


def gaps(watch: Watch) -> list[tuple[str, str | None, float | None, float | None]]:
    """Return the gaps in the ledger: whether they are open, whose they are, from when to when."""
    return [
        (
            body["status"],
            body["owner"],
            None if body["from_at"] is None else _minute(body["from_at"]),
            None if body["to_at"] is None else _minute(body["to_at"]),
        )
        for body in watch.bodies(EntryKind.GAP)
    ]


def _minute(time: str) -> float:
    return (datetime.fromisoformat(time) - NOON) / timedelta(minutes=1)


def a_read(minute: float, event_id: str, **facts: Any) -> ChangeEvent:
    return an_event(event_id=event_id, at=NOON + minutes(minute), effect=Effect.READ, **facts)


def test_what_is_covered_ends_where_records_may_still_come_and_goes_on_from_there(watch: Watch) -> None:
    watch.told(a_read(-60, "e-1"), a_read(-5, "e-2"), minute=0)
    watch.told(a_read(50, "e-3"), minute=60)
    watch.told(a_read(110, "e-4"), minute=120)

    assert spans(watch) == [(-60, -15, 2), (-15, 45, 1), (45, 105, 1)]


def test_within_an_hour_nothing_is_recorded_again_and_nothing_is_lost(watch: Watch) -> None:
    for minute in range(0, 180, 10):
        watch.told(a_read(minute, f"e-{minute}"), minute=minute)

    assert spans(watch) == [(0, 0, 1), (0, 45, 6), (45, 105, 6)]


def test_an_account_that_says_nothing_is_recorded_once_a_day(watch: Watch) -> None:
    watch.told(a_read(-30, "e-1"), minute=0)
    for hour in range(1, 50):
        watch.cycle(hour * HOUR)

    assert spans(watch) == [(-30, -15, 1), (-15, DAY - 15, 0), (DAY - 15, 2 * DAY - 15, 0)]


def test_a_region_is_covered_since_its_first_record_and_recorded_at_once(watch: Watch) -> None:
    watch.told(a_read(-60, "e-1"), minute=0)
    watch.told(a_read(0, "e-2", account="444455556666"), minute=20)

    assert spans(watch, "444455556666") == [(0, 5, 1)]


def test_late_records_are_counted_and_neither_stretch_an_interval_nor_open_a_gap(watch: Watch) -> None:
    watch.told(a_read(-60, "e-1"), minute=0)
    watch.told(a_read(-6 * HOUR, "e-2"), a_read(50, "e-3"), minute=60)

    assert spans(watch) == [(-60, -15, 1), (-15, 45, 2)]
    *_, last = watch.bodies(EntryKind.COVERAGE)
    assert (_minute(last["first_at"]), _minute(last["contiguous_since"])) == (-6 * HOUR, -60)
    assert gaps(watch) == []


def test_an_outage_is_a_gap_of_its_owner_until_a_complete_read_fills_it(
    database: Database, log: TroubledLog
) -> None:
    rules = CoverageRules(owner="platform")
    watch = Watch(database=database, log=log, coverage=rules, source=SourceRules(owner="network"))
    watch.told(a_read(-60, "e-1"), minute=0)
    log.is_down = True
    for minute in (60, 61, 62):
        assert watch.problems(minute) == ("trail: the bucket does not answer (wait)",)
    assert spans(watch) == [(-60, -15, 1)]

    log.is_down = False
    watch.told(a_read(70, "e-2"), minute=120)

    assert gaps(watch) == [("open", "network", -15, None), ("closed", "network", -15, 105)]
    first, last = watch.bodies(EntryKind.GAP)
    assert first["gap_id"] == last["gap_id"]
    assert spans(watch) == [(-60, -15, 1), (-15, 105, 1)]


def test_an_outage_that_names_another_reason_each_time_is_told_once_an_hour(
    watch: Watch, log: TroubledLog
) -> None:
    """
    Errors of clouds bear the id of the request.
    """
    log.is_down = True
    for minute in range(0, 130, 10):
        log.error = ProviderUnavailableError(f"request {minute} failed", hint="wait")
        watch.problems(minute)

    assert [body["error"] for body in watch.bodies(EntryKind.GAP)] == [
        "request 0 failed",
        "request 60 failed",
        "request 120 failed",
    ]
    assert len({body["gap_id"] for body in watch.bodies(EntryKind.GAP)}) == 1


def test_a_source_without_an_owner_is_the_policys(database: Database, log: TroubledLog) -> None:
    watch = Watch(database=database, log=log, coverage=CoverageRules(owner="platform"))
    log.is_down = True

    watch.problems()

    assert gaps(watch) == [("open", "platform", None, None)]


def test_what_a_source_no_longer_had_stays_a_gap_that_says_so(database: Database, log: TroubledLog) -> None:
    watch = Watch(database=database, log=log, source=SourceRules(retention=timedelta(days=4)))
    watch.told(a_read(-60, "e-1"), minute=0)
    log.is_down = True
    watch.problems(HOUR)
    log.is_down = False

    watch.told(a_read(6 * DAY - 30, "e-2"), minute=6 * DAY)
    watch.cycle(6 * DAY + HOUR)

    assert gaps(watch) == [("open", None, -15, None), ("open", None, -15, 2 * DAY)]
    *_, last = watch.bodies(EntryKind.GAP)
    assert last["error"] == "it was not read for longer than it keeps what it delivers"
    assert spans(watch) == [(-60, -15, 1), (2 * DAY, 6 * DAY - 15, 1)]


def test_a_watch_that_stood_still_for_too_long_tells_the_gap_by_itself(
    database: Database, log: TroubledLog
) -> None:
    """
    Nobody saw the outage, since nobody looked.
    """
    watch = Watch(database=database, log=log, source=SourceRules(retention=timedelta(days=4)))
    watch.told(a_read(-60, "e-1"), minute=0)

    watch.cycle(6 * DAY)

    assert gaps(watch) == [("open", None, -15, 2 * DAY)]


def test_a_gap_that_nobody_fills_is_one_alarm_which_ends_with_it(watch: Watch, log: TroubledLog) -> None:
    watch.cycle()
    log.is_down = True
    for hour in (1, 24, 26, 30):
        watch.problems(hour * HOUR)
    assert watch.alarms() == ["coverage-gap: trail"]
    text = "a gap of trail is open for more than 24 h: the bucket does not answer"
    assert watch.headlines() == [f"{text} / Fill it: `drift check` says what is missing."]

    log.is_down = False
    watch.cycle(31 * HOUR)

    assert watch.alarms() == []
    assert watch.headlines() == [f"over: {text} / Nothing to do: it is over."]
    assert [body["status"] for body in watch.bodies(EntryKind.ALARM)] == ["raised", "ended"]
