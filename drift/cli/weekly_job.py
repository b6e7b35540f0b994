"""The job of the daemon that writes the weekly report into a folder."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from drift.config import Settings
from drift.errors import DriftError

if TYPE_CHECKING:
    from drift.model.turn import Turn
    from drift.store.database import Database
    from drift.timetable import Job


def weekly_job(database: "Database", in_force: Callable[[], Settings]) -> "Iterator[Job]":
    """Yield the job, if the configuration names a folder."""
    from drift.timetable import Job, at

    if in_force().report.folder is not None:
        yield Job(name="weekly report", trigger=at("0 6 * * mon"), run=lambda: _write(database, in_force()))


def _write(database: "Database", settings: Settings) -> "Turn":
    from drift import wiring
    from drift.cli.report import write_weekly
    from drift.model.turn import Turn
    from drift.reports.week import week_at
    from drift.store.changes import newest_write_at

    with database.reading() as connection:
        if newest_write_at(connection) is None:
            return Turn(is_put_off=True)  # a new store has no week to tell of
    week = week_at(wiring.clock(settings, database).now()).previous
    folder = settings.report.folder
    assert folder is not None  # noqa: S101 - without a folder there is no such job
    path = folder / f"weekly-{week}.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_weekly(settings, database, week, path)
    except (DriftError, OSError) as error:
        told = f"the weekly report cannot be written: {error}"
        return Turn(problems=(told,), failure=told)
    return Turn(counts=(("reports", 1),))
