"""`drift report`: one screen for the platform lead, once a week; and the register of emergencies."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli import COULD_NOT
from drift.cli.options import config_option
from drift.cli.report_emergency import emergency
from drift.cli.report_monthly import monthly
from drift.cli.report_sign import follow_up, sign
from drift.cli.report_span import Asked, asked, span_options
from drift.cli.words import width
from drift.config import Settings
from drift.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from drift.reports.weekly.layout import Page
    from drift.store.database import Database

AUDIENCES = ("responders", "auditors", "managers")


@click.group("report", no_args_is_help=False)
def command() -> None:
    """Write the weekly report or the register of a month's emergencies, and sign reviews."""


for _one in (emergency, monthly, sign, follow_up):
    command.add_command(_one)


@command.command("weekly")
@span_options
@click.option(
    "--for",
    "audience",
    metavar="WHOM",
    default="responders",
    help="responders (default), auditors, managers (who read no name of a person), or the name of a team: "
    "its own rows.",
)
@click.option("--out", metavar="FILE", help="Write to FILE.html or FILE.txt instead of printing.")
@click.option("--send", is_flag=True, help="Mail it to every [[report_mail]] that has not got it yet.")
@config_option
def weekly(
    week: object,
    since: datetime | None,
    until: datetime | None,
    audience: str,
    out: str | None,
    send: bool,
    config: str | None,
) -> int:
    """Tell in one screen what was changed by hand, what needs somebody, and what was not seen."""
    from drift import wiring
    from drift.reports.weekly.text import weekly_text

    path = Path(out) if out else None
    if path:
        _layout_for(path)  # a wrong name is told before anything is read
    span = asked(week, since, until)
    if send:
        if path or audience != AUDIENCES[0]:
            raise UsageError(
                "--send goes with neither --out nor --for", hint="each [[report_mail]] says for whom"
            )
        return _send(wiring.settings_of(config), span)
    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database:
        if path:
            click.echo(f"{path}: {write_weekly(settings, database, span, path, audience)}", err=True)
        else:
            click.echo(weekly_text(_page(settings, database, span, audience), width()), nl=False)
    return 0


def _send(settings: Settings, span: Asked) -> int:
    from drift import wiring
    from drift.cli.report_send import queue_weekly, send_queued
    from drift.cli.report_span import chosen

    with wiring.open_database(settings) as database:
        now = wiring.clock(settings, database).now()
        with database.reading() as connection:
            found = chosen(connection, span, now, settings.clock)
        new = queue_weekly(settings, database, found, now)
        return 0 if send_queued(settings, database, str(found), new, now) else COULD_NOT


def write_weekly(
    settings: Settings, database: "Database", span: Asked, path: Path, audience: str = AUDIENCES[0]
) -> str:
    """Write the report of a time, by default of the last whole week, and return its subject line.

    Raises:
        UsageError: The name ends in neither .html nor .txt, or the file cannot be written.
    """
    layout = _layout_for(path)
    page = _page(settings, database, span, audience)
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


def _page(settings: Settings, database: "Database", span: Asked, whom: str) -> "Page":
    from drift import wiring
    from drift.cli.report_span import chosen
    from drift.config.weekly import weekly_settings
    from drift.model.audience import Audience
    from drift.reports.weekly.whole import page_for, report_of

    if whom not in AUDIENCES and whom not in settings.routing.teams:
        teams = ", ".join(settings.routing.teams) or "there are none"
        raise UsageError(
            f'--for "{whom}" is nobody', hint=f"name one of {', '.join(AUDIENCES)}, or a team: {teams}"
        )
    is_team = whom not in AUDIENCES
    now = wiring.clock(settings, database).now()
    with database.reading() as connection:
        found = chosen(connection, span, now, settings.clock)
        report = report_of(connection, found, weekly_settings(settings), now)
    return page_for(report, Audience.TEAM if is_team else Audience(whom), whom if is_team else None)
