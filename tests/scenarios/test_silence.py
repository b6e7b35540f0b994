"""An account that used to talk, and is silent, is told of once; and that it talks again."""

import re
from collections.abc import Iterable

import pytest

from drift.model.coverage import CoverageRules
from drift.model.event import ChangeEvent, Effect
from drift.model.evidence import EntryKind
from drift.store.database import Database
from tests.builders import ACCOUNT, NOON, an_event, minutes
from tests.scenarios.cloud import Watch
from tests.scenarios.troubled import TroubledLog

HOUR = 60
DAY = 24 * HOUR

OTHER = "444455556666"


@pytest.fixture
def log() -> TroubledLog:
    return TroubledLog()


@pytest.fixture
def watch(database: Database, log: TroubledLog) -> Watch:
    return Watch(database=database, log=log)


def said(account: str, *at: float) -> list[ChangeEvent]:
    """Reads of an account, so many minutes after noon."""
    return [
        an_event(
            event_id=f"{account} {minute}", at=NOON + minutes(minute), account=account, effect=Effect.READ
        )
        for minute in at
    ]


def hourly(account: str, first: int, last: int) -> list[ChangeEvent]:
    return said(account, *(hour * HOUR for hour in range(first, last + 1)))


def office_days(account: str, days: Iterable[int]) -> list[ChangeEvent]:
    """From nine to five, every hour, on these days. Noon of day 0 is when all begins."""
    return said(account, *(day * DAY + hour * HOUR for day in days for hour in range(-3, 6)))


def test_an_account_that_talked_every_hour_and_stops_is_one_alarm(watch: Watch) -> None:
    watch.told(*hourly(ACCOUNT, -24, 0), *hourly(OTHER, -24, 0), minute=10)
    assert watch.alarms() == []

    for hour in range(1, 12):
        watch.told(*hourly(OTHER, hour, hour), minute=hour * HOUR + 10)

    assert watch.alarms() == [f"silent-account: trail: account {ACCOUNT}"]
    [headline] = watch.headlines()
    assert headline.startswith(
        f"account {ACCOUNT} is silent: trail tells nothing of it since 2026-11-16 12:00"
    )
    assert [body["status"] for body in watch.bodies(EntryKind.ALARM)] == ["raised"]
    assert len(watch.ledger(EntryKind.ALERT)) == 1


def test_when_it_talks_again_its_message_says_so(watch: Watch) -> None:
    watch.told(*hourly(ACCOUNT, -24, 0), minute=10)
    watch.cycle(3 * HOUR)

    watch.told(*hourly(ACCOUNT, 5, 5), minute=5 * HOUR + 10)

    assert watch.alarms() == []
    [headline] = watch.headlines()
    assert headline.startswith("over: account")


def test_a_late_record_from_before_is_no_sign_of_life(watch: Watch) -> None:
    watch.told(*hourly(ACCOUNT, -24, 0), minute=10)
    watch.cycle(3 * HOUR)

    watch.told(*said(ACCOUNT, -30), minute=4 * HOUR)

    assert len(watch.alarms()) == 1


def test_an_account_of_office_hours_is_not_silent_at_night_or_at_the_weekend(watch: Watch) -> None:
    for day in (*range(5), *range(7, 12)):
        watch.told(*office_days(ACCOUNT, [day]), minute=day * DAY + 6 * HOUR)
        for hour in range(7, 20, 4):
            watch.cycle(day * DAY + hour * HOUR)
    for hour in range(20, 60, 8):
        watch.cycle(11 * DAY + hour * HOUR)

    assert watch.alarms() == []

    watch.cycle(16 * DAY)
    assert watch.alarms() == [f"silent-account: trail: account {ACCOUNT}"]


def test_an_account_that_was_silent_before_we_came_is_none_of_our_alarms(watch: Watch) -> None:
    watch.told(*hourly(ACCOUNT, -100, -48), minute=0)
    for hour in range(1, 100, 7):
        watch.cycle(hour * HOUR)

    assert watch.alarms() == []


def test_an_account_that_is_given_up_may_be_silent_and_ends_its_alarm(
    database: Database, log: TroubledLog
) -> None:
    watch = Watch(database=database, log=log)
    watch.told(*hourly(ACCOUNT, -24, 0), minute=10)
    watch.cycle(3 * HOUR)
    assert len(watch.alarms()) == 1

    given_up = CoverageRules(may_be_silent=(re.compile(ACCOUNT),))
    Watch(database=database, log=log, coverage=given_up).cycle(4 * HOUR)

    assert watch.alarms() == []


def test_while_a_source_cannot_be_read_nobody_is_silent(watch: Watch, log: TroubledLog) -> None:
    watch.told(*hourly(ACCOUNT, -24, 0), minute=10)
    log.is_down = True

    for hour in range(1, 12):
        watch.problems(hour * HOUR)

    assert watch.alarms() == []


def test_many_accounts_that_fall_silent_at_once_are_one_alarm_until_the_last_talks_again(
    watch: Watch,
) -> None:
    """
    Their common trail broke: a thousand messages would say no more.
    """
    accounts = [f"{number:012}" for number in range(1, 8)]
    for account in accounts:
        watch.deliver(*hourly(account, -24, 0))
    watch.cycle(10)
    watch.cycle(3 * HOUR)
    [headline] = watch.headlines()
    assert headline.startswith("7 accounts are silent: trail tells nothing of 000000000001, 000000000002,")

    for account in accounts[:-1]:
        watch.deliver(*hourly(account, 4, 4))
    watch.cycle(4 * HOUR + 5)
    assert len(watch.alarms()) == 1

    watch.told(*hourly(accounts[-1], 4, 4), minute=4 * HOUR + 10)
    assert watch.alarms() == []
