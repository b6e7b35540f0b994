"""`drift report`: one screen for the platform lead, once a week; and the register of emergencies."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift import __version__
from drift.cli.options import config_option
from drift.cli.report_emergency import emergency
from drift.cli.report_sign import follow_up, sign
from drift.cli.words import width
from drift.config import ClockSource, Settings
from drift.errors import UsageError
from drift.reports.week import Week, week_at, week_called

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from drift.reports.weekly.page import Page
    from drift.store.database import Database


def _week(_context: click.Context, _parameter: click.Parameter, name: str | None) -> Week | None:
    try:
        return week_called(name) if name else None
    except ValueError as error:
        raise click.BadParameter(f"{error}: write 2026-W47") from error


@click.group("report", no_args_is_help=False)
def command() -> None:
    """Write the weekly report or the register of a month's emergencies, and sign reviews."""


for _one in (emergency, sign, follow_up):
    command.add_command(_one)


@command.command("weekly")
@click.option(
    "--week",
    callback=_week,
    metavar="WEEK",
    help="2026-W47, for example; default: the last whole week, or the week of the newest write where "
    "a recording is watched that has none in it.",
)
@click.option("--out", metavar="FILE", help="Write to FILE.html or FILE.txt instead of printing.")
@config_option
def weekly(week: Week | None, out: str | None, config: str | None) -> None:
    """Tell in one screen what was changed by hand, what needs somebody, and what was not seen."""
    from drift import wiring
    from drift.reports.weekly.text import weekly_text

    path = Path(out) if out else None
    if path:
        _layout_for(path)  # a wrong name is told before anything is read
    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database:
        if path:
            click.echo(f"{path}: {write_weekly(settings, database, week, path)}", err=True)
        else:
            click.echo(weekly_text(_page(settings, database, week), width()), nl=False)


def write_weekly(settings: Settings, database: "Database", week: Week | None, path: Path) -> str:
    """Write the report of a week, by default of the last whole one, and return its subject line.

    Raises:
        UsageError: The name ends in neither .html nor .txt, or the file cannot be written.
    """
    layout = _layout_for(path)
    page = _page(settings, database, week)
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_text(layout(page), encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        raise UsageError(
            f"the report cannot be written to {path}: {error.strerror}",
            hint="check the place and the space left",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return page.subject


def _layout_for(path: Path) -> "Callable[[Page], str]":
    from drift.reports.weekly.html import weekly_html
    from drift.reports.weekly.text import weekly_text

    layouts = {".html": weekly_html, ".txt": weekly_text}
    if path.suffix not in layouts:
        raise UsageError(f"{path} is no name for a report", hint="end it in .html or .txt")
    return layouts[path.suffix]


def _page(settings: Settings, database: "Database", week: Week | None) -> "Page":
    from drift import wiring
    from drift.reports.weekly.facts import WeeklySettings, read_facts
    from drift.reports.weekly.numbers import weekly_report
    from drift.reports.weekly.page import page_of

    known = WeeklySettings(
        organisation=settings.organisation,
        sources=tuple(source.name for source in settings.audit_logs),
        has_notifier=bool(settings.notifiers),
        decision=settings.decision,
        configuration_sha256=settings.sha256,
        tool_version=f"driftledger {__version__}",
        routing=settings.routing,
        reviews=settings.reviews,
    )
    now = wiring.clock(settings, database).now()
    with database.reading() as connection:
        chosen = week or _last_week(connection, now, settings.clock)
        return page_of(weekly_report(read_facts(connection, chosen, now, known)))


def _last_week(connection: "Connection", now: "datetime", clock: ClockSource) -> Week:
    """Return the last whole week; of a recording that has nothing in it, the week it ends in."""
    from drift.store.changes import newest_write_at
    from drift.store.lookup import has_writes

    last = week_at(now).previous
    newest = newest_write_at(connection) if clock is ClockSource.RECORDS else None
    if newest and not has_writes(connection, last.since, last.until):
        return week_at(newest)
    return last
