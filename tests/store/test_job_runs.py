"""How jobs ended is kept over restarts."""

from datetime import timedelta

from drift.store.database import Database
from drift.store.job_runs import JobRun, job_runs, note_failure, note_success
from tests.builders import NOON

LATER = NOON + timedelta(hours=1)


def test_failures_in_a_row_are_counted_until_the_next_success(database: Database) -> None:
    with database.transaction() as connection:
        note_success(connection, "sweep", NOON)
        note_failure(connection, "sweep", "denied", NOON)
        note_failure(connection, "sweep", "gone", LATER)
        failing = job_runs(connection)["sweep"]
        note_success(connection, "sweep", LATER)
        mended = job_runs(connection)["sweep"]

    assert failing == JobRun(
        job="sweep", last_success_at=NOON, last_failure_at=LATER, last_error="gone", failures=2
    )
    assert (mended.failures, mended.last_success_at, mended.last_error) == (0, LATER, "gone")


def test_each_job_has_its_own_row(database: Database) -> None:
    with database.transaction() as connection:
        note_failure(connection, "read a", "denied", NOON)
        note_success(connection, "read b", NOON)

        assert {name: one.failures for name, one in job_runs(connection).items()} == {
            "read a": 1,
            "read b": 0,
        }
