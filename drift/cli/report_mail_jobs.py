"""The jobs of the daemon that send reports by mail."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from drift.config import Settings
from drift.errors import DriftError

if TYPE_CHECKING:
    from drift.model.turn import Turn
    from drift.store.database import Database
    from drift.timetable import Job

MONTHLY = "0 7 3 * *"
"""The day after the sample of the month before was drawn."""

SEND_EVERY = timedelta(minutes=1)
"""What failed is due again by itself: this is how much later it may be."""

SENDING = "send mail"


def report_mail_jobs(database: "Database", in_force: Callable[[], Settings]) -> "Iterator[Job]":
    """Yield the jobs, if the configuration names mails and says when."""
    from drift.timetable import Job, at, every

    report = in_force().report
    if report.send_at is None or not report.mails:
        return
    week = partial(_queue, database, in_force, "weekly", _week)
    yield Job(name="weekly mail", trigger=at(report.send_at, report.time_zone), run=week, wakes=(SENDING,))
    if any(one.is_monthly for one in report.mails):
        month = partial(_queue, database, in_force, "monthly", _month)
        yield Job(name="monthly mail", trigger=at(MONTHLY, report.time_zone), run=month, wakes=(SENDING,))
    yield Job(name=SENDING, trigger=every(SEND_EVERY), run=partial(_send, database, in_force))


def _queue(
    database: "Database",
    in_force: Callable[[], Settings],
    which: str,
    queue: Callable[[Settings, "Database", datetime], int],
) -> "Turn":
    from drift import wiring
    from drift.model.turn import Turn
    from drift.store.changes import newest_write_at

    with database.reading() as connection:
        if newest_write_at(connection) is None:
            return Turn(is_put_off=True)  # a new store has nothing to tell of
    settings = in_force()
    try:
        new = queue(settings, database, wiring.clock(settings, database).now())
    except DriftError as error:
        told = f"the {which} mail cannot be written: {error}"
        return Turn(problems=(told,), failure=told)
    return Turn(counts=(("letters", new),))


def _week(settings: Settings, database: "Database", now: datetime) -> int:
    from drift.cli.report_send import queue_weekly
    from drift.reports.week import week_at

    return queue_weekly(settings, database, week_at(now).previous, now)


def _month(settings: Settings, database: "Database", now: datetime) -> int:
    from drift.cli.report_monthly import queue_monthly
    from drift.reports.emergency import month_before

    return queue_monthly(settings, database, month_before(now), now)


def _send(database: "Database", in_force: Callable[[], Settings]) -> "Turn":
    from drift import wiring
    from drift.mailing import send_due
    from drift.model.turn import Turn

    settings = in_force()
    now = wiring.clock(settings, database).now()
    try:
        done = send_due(database, wiring.mail_transport(settings), now)
    except DriftError as error:
        told = f"no report can be mailed: {error}"
        return Turn(problems=(told,), failure=told)
    return Turn(problems=done.problems, counts=(("letters", done.sent),))
