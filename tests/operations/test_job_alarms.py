"""A job that died is an alarm like any other: told once, and over when it works again."""

from datetime import UTC, datetime

from drift.daemon import Ended
from drift.model.turn import Turn
from drift.operations.job_alarms import JobAlarms
from drift.store.database import Database
from tests.scenarios.cloud import Watch

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def ended(job: str, failure: str | None = None) -> Ended:
    return Ended(job=job, turn=Turn(failure=failure), seconds=1.0, at=NOW)


def test_a_job_that_keeps_dying_is_told_once_and_that_it_works_again_too(sqlite_database: Database) -> None:
    watch = Watch(database=sqlite_database)
    jobs = JobAlarms(lambda: watch.pipeline)

    jobs.died("sweep", "sweep died: no memory; it is tried again in 5 s")
    jobs.died("sweep", "sweep died: no memory; it is tried again in 10 s")
    jobs.ended(ended("sweep", "still no memory"))
    watch.cycle()

    assert watch.alarms() == ["dead-job: sweep"]
    [message] = watch.board.messages.values()
    assert message.alarm is not None
    assert message.alarm.ended_at is None

    jobs.ended(ended("sweep"))
    watch.cycle(1)

    assert watch.alarms() == []
    [message] = watch.board.messages.values()
    assert message.alarm is not None
    assert message.alarm.ended_at is not None


def test_a_job_that_works_ends_the_alarm_that_was_raised_before_a_restart(sqlite_database: Database) -> None:
    watch = Watch(database=sqlite_database)
    JobAlarms(lambda: watch.pipeline).died("sweep", "sweep died: no memory")

    JobAlarms(lambda: watch.pipeline).ended(ended("sweep"))

    assert watch.alarms() == []
