"""Heartbeats: proof that the service ran, and never more than that."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.event import listens_for
from sqlalchemy.exc import DBAPIError

from drift.daemon import Ended
from drift.model.evidence import EntryKind
from drift.model.turn import Turn
from drift.pulse import Pulse
from drift.store.database import Database
from drift.timetable import Job, at, every
from tests.builders import NOON, minutes
from tests.scenarios.cloud import Watch

JOBS = (
    Job(name="sweep", trigger=every(minutes(60)), run=Turn),
    Job(name="judge", trigger=every(minutes(1)), run=Turn),
    Job(name="weekly", trigger=at("0 6 * * mon"), run=Turn),
)


@pytest.fixture
def watch(sqlite_database: Database) -> Watch:
    return Watch(database=sqlite_database)


def a_pulse(watch: Watch) -> Pulse:
    return Pulse(lambda: watch.pipeline, lambda: JOBS)


def felt(watch: Watch, pulse: Pulse, first: int, last: int) -> None:
    """The service ran from one minute after noon to another."""
    for minute in range(first, last + 1):
        watch.clock.time = NOON + minutes(minute)
        pulse.feel()


def spans(watch: Watch) -> list[tuple[str, str]]:
    return [(one["from_at"][11:16], one["to_at"][11:16]) for one in watch.bodies(EntryKind.HEARTBEAT)]


def ended(job: str, turn: Turn = Turn()) -> Ended:  # noqa: B008 - frozen
    return Ended(job=job, turn=turn, seconds=1, at=datetime.now(UTC))


def test_an_hour_is_one_entry_and_the_next_one_goes_on_where_it_ended(watch: Watch) -> None:
    felt(watch, a_pulse(watch), 0, 2 * 60 + 30)

    assert spans(watch) == [("12:00", "13:00"), ("13:00", "14:00")]


def test_what_was_felt_last_is_recorded_when_the_service_stops(watch: Watch) -> None:
    pulse = a_pulse(watch)
    felt(watch, pulse, 0, 10)

    pulse.end()
    pulse.end()

    assert spans(watch) == [("12:00", "12:10")]


def test_of_a_time_in_which_the_machine_slept_nothing_is_claimed(watch: Watch) -> None:
    pulse = a_pulse(watch)
    felt(watch, pulse, 0, 10)
    felt(watch, pulse, 40, 50)
    pulse.end()

    assert spans(watch) == [("12:00", "12:10"), ("12:40", "12:50")]


def test_a_clock_that_was_set_back_claims_no_time_twice(watch: Watch) -> None:
    pulse = a_pulse(watch)
    felt(watch, pulse, 30, 40)
    felt(watch, pulse, 0, 5)
    pulse.end()

    assert spans(watch) == [("12:30", "12:40"), ("12:00", "12:05")]


def test_an_entry_says_what_every_job_did_since_the_last_one(watch: Watch) -> None:
    pulse = a_pulse(watch)
    felt(watch, pulse, 0, 1)
    pulse.ended(ended("judge"))
    pulse.ended(ended("judge"))
    pulse.ended(ended("sweep", Turn(failure="the state cannot be read")))
    pulse.died("sweep", "sweep died: out of memory")
    felt(watch, pulse, 2, 60)
    felt(watch, pulse, 61, 120)

    first, second = (
        [tuple(job.values()) for job in one["jobs"]] for one in watch.bodies(EntryKind.HEARTBEAT)
    )
    assert first == [
        (0, 0, "judge", "every 60 s", 2),
        (1, 1, "sweep", "every 3600 s", 1),
        (0, 0, "weekly", "0 6 * * mon", 0),
    ]
    assert [job[-1] for job in second] == [0, 0, 0]


FULL = (
    "CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
)


def test_what_the_store_did_not_take_stands_in_the_next_entry(watch: Watch) -> None:
    pulse = a_pulse(watch)
    pulse.ended(ended("judge"))
    with watch.database.transaction() as connection:
        connection.exec_driver_sql(FULL)
    with pytest.raises(DBAPIError):
        felt(watch, pulse, 0, 60)
    with watch.database.transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")

    felt(watch, pulse, 61, 61)

    assert spans(watch) == [("12:00", "13:01")]
    assert turns_of_judge(watch) == [1]


def test_a_job_that_ends_while_an_entry_is_written_stands_in_the_next_one(watch: Watch) -> None:
    """
    Whoever counts holds up a job.
    """
    pulse, late = a_pulse(watch), [ended("judge")]

    def end_late(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if late and statement.startswith("INSERT INTO ledger"):
            pulse.ended(late.pop())

    listens_for(watch.database.engine, "before_cursor_execute")(end_late)
    pulse.ended(ended("judge"))
    felt(watch, pulse, 0, 120)

    assert turns_of_judge(watch) == [1, 1]


def turns_of_judge(watch: Watch) -> list[int]:
    """How many turns of it each entry tells of."""
    jobs = [job for one in watch.bodies(EntryKind.HEARTBEAT) for job in one["jobs"]]
    return [job["turns"] for job in jobs if job["job"] == "judge"]
