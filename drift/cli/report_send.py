"""`drift report weekly --send`: writes the letters of a report, and sends those that are not taken yet."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from drift.config import Settings
from drift.errors import ConfigError
from drift.reports.wording import counted
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.reports.days import Span
    from drift.store.database import Database


def queue_weekly(settings: Settings, database: "Database", span: "Span", now: datetime) -> int:
    """Write the letters of a report and keep them to be sent; return how many are new.

    Raises:
        ConfigError: No mail is configured, or nothing that sends one.
    """
    from drift import wiring
    from drift.config.weekly import weekly_settings
    from drift.mailing import queue_letters
    from drift.reports.weekly.mails import Sending, weekly_letters
    from drift.reports.weekly.whole import report_of

    if not settings.report.mails:
        raise ConfigError(
            "nobody gets a report by mail", hint="add a [[report_mail]]; docs/weekly-report.md shows one"
        )
    sending = Sending(
        organisation=settings.organisation, sender=wiring.mail_transport(settings).sender, at=now
    )
    with database.reading() as connection:
        report = report_of(connection, span, weekly_settings(settings), now)
    return queue_letters(database, weekly_letters(report, settings.report.mails, sending), now)


def send_weekly(settings: Settings, database: "Database", span: "Span", now: datetime) -> bool:
    """Send a report to every address that has not taken it yet, and say so; tell whether all did."""
    from drift import wiring
    from drift.mailing import send_due
    from drift.store import report_mails

    new = queue_weekly(settings, database, span, now)
    with database.transaction() as connection:
        report_mails.send_again(connection, str(span), now)
    done = send_due(database, wiring.mail_transport(settings), now)
    click.echo(f"{counted(done.sent, 'letter')} sent, {new:,} of them written now")
    for problem in done.problems:
        click.echo(f"drift: {shown(problem, limit=500)}", err=True)
    return not done.problems
