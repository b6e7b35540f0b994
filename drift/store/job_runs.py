"""How each job of the schedule ended when it last ran."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from drift.store.schema import job_run
from drift.store.upsert import insert_or_update


@dataclass(frozen=True, kw_only=True, slots=True)
class JobRun:
    """The last runs of one job."""

    job: str
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_error: str | None
    """Why it failed the last time; it stays until the next failure."""
    failures: int
    """Failures in a row, since the last success."""


def job_runs(connection: Connection) -> dict[str, JobRun]:
    """Return the last runs of every job that ever ran, by its name."""
    rows = connection.execute(select(job_run).order_by(job_run.c.job))
    return {
        row.job: JobRun(
            job=row.job,
            last_success_at=row.last_success_at,
            last_failure_at=row.last_failure_at,
            last_error=row.last_error,
            failures=row.failures,
        )
        for row in rows
    }


def note_success(connection: Connection, job: str, at: datetime) -> None:
    """Note that a job did all of its work."""
    values = {"last_success_at": at, "failures": 0}
    insert_or_update(connection, job_run, {"job": job, **values}, values)


def note_failure(connection: Connection, job: str, error: str, at: datetime) -> None:
    """Note that a job could not do its work, and why; secrets are cut out before."""
    fixed = {"last_failure_at": at, "last_error": error}
    row = {"job": job, "failures": 1, **fixed}
    insert_or_update(connection, job_run, row, {"failures": job_run.c.failures + 1, **fixed})
