"""When each job is due: time is given, nothing is waited for."""

from datetime import UTC, datetime, timedelta

import pytest

from drift.model.turn import Turn
from drift.timetable import MOST_JITTER, Job, Trigger, at, every

MONDAY = datetime(2026, 11, 16, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_job(trigger: Trigger, *, at_start: bool = False) -> Job:
    return Job(name="a job", trigger=trigger, run=Turn, at_start=at_start)


def assert_about(due_at: datetime, when: datetime) -> None:
    assert when <= due_at <= when + MOST_JITTER


def test_what_never_ran_is_due_at_once() -> None:
    assert a_job(at("0 6 * * mon")).first_due_at(None, MONDAY) == MONDAY


def test_what_ran_not_long_ago_is_due_when_its_time_has_come() -> None:
    due_at = a_job(every(HOUR)).first_due_at(MONDAY - HOUR / 2, MONDAY)

    assert_about(due_at, MONDAY + HOUR / 2)


def test_what_was_missed_is_made_up_for_once() -> None:
    """
    After three weeks of standstill there is one weekly report, not three.
    """
    job, wednesday = a_job(at("0 6 * * mon")), MONDAY + 23 * DAY

    assert job.first_due_at(MONDAY, wednesday) == wednesday
    assert_about(job.first_due_at(wednesday, wednesday), MONDAY + 28 * DAY)


def test_what_is_due_at_every_start_does_not_mind_when_it_ran() -> None:
    assert a_job(every(HOUR), at_start=True).first_due_at(MONDAY, MONDAY) == MONDAY


@pytest.mark.parametrize("interval", [timedelta(seconds=1), HOUR, 30 * DAY])
def test_turns_are_a_little_irregular_so_that_not_all_ask_at_once(interval: timedelta) -> None:
    fired = {every(interval).get_next_fire_time(MONDAY, MONDAY) for _ in range(20)}

    assert len(fired) > 1
    assert all(interval <= one - MONDAY <= interval + min(interval / 10, MOST_JITTER) for one in fired)
