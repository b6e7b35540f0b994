"""Which time `drift report weekly` is about."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import click

from drift.config import ClockSource
from drift.errors import UsageError
from drift.reports.week import Week, week_at, week_called

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from drift.reports.days import Days, Span

Command = TypeVar("Command", bound=Callable[..., Any])

Asked: TypeAlias = "Week | Days | datetime | None"
"""A week, some days, the day that they begin with, or what holds by default."""

DAY = click.DateTime(["%Y-%m-%d"])


def span_options(command: Command) -> Command:
    """Add `--week`, `--since` and `--until`."""
    week = click.option(
        "--week",
        callback=_week,
        metavar="WEEK",
        help="2026-W47, for example; default: the last whole week, or the week of the newest write where "
        "a recording is watched that has none in it.",
    )
    since = click.option(
        "--since", type=DAY, metavar="DAY", help="The first day of any other time: 2026-11-01."
    )
    until = click.option("--until", type=DAY, metavar="DAY", help="Its last day; default: today.")
    return week(since(until(command)))


def asked(week: object, since: datetime | None, until: datetime | None) -> Asked:
    """Return which time is asked for.

    Raises:
        UsageError: Several are, or it has no days.
    """
    from drift.reports.days import days_between

    if since is None and until is None:
        return week if isinstance(week, Week) else None
    if week is not None or since is None:
        raise UsageError("the time is not clear", hint="name a --week, or --since and --until")
    if until is None:
        return since
    try:
        return days_between(since.date(), until.date())
    except ValueError as error:
        raise UsageError(str(error), hint="--since is the first day, and --until the last") from error


def chosen(connection: "Connection", span: Asked, now: datetime, clock: ClockSource) -> "Span":
    """Return the time itself; what is not said is so by the clock."""
    from drift.reports.days import days_between

    if isinstance(span, datetime):
        try:
            return days_between(span.date(), now.date())
        except ValueError as error:
            raise UsageError(str(error), hint="--since is the first day, of the past") from error
    return span or _last_week(connection, now, clock)


def _week(_context: click.Context, _parameter: click.Parameter, name: str | None) -> Week | None:
    try:
        return week_called(name) if name else None
    except ValueError as error:
        raise click.BadParameter(f"{error}: write 2026-W47") from error


def _last_week(connection: "Connection", now: datetime, clock: ClockSource) -> Week:
    """Return the last whole week; of a recording that has nothing in it, the week it ends in."""
    from drift.store.changes import newest_write_at
    from drift.store.lookup import has_writes

    last = week_at(now).previous
    newest = newest_write_at(connection) if clock is ClockSource.RECORDS else None
    if newest and not has_writes(connection, last.since, last.until):
        return week_at(newest)
    return last
