"""`--send`: writes the letters of a report, and sends those that are not taken yet."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from drift.config import Settings
from drift.errors import ConfigError
from drift.reports.wording import counted
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.reports.days import Span
    from drift.reports.weekly.outgoing import Sending
    from drift.store.database import Database


def queue_weekly(settings: Settings, database: "Database", span: "Span", now: datetime) -> int:
    """Write the letters of a report and keep them to be sent; return how many are new.

    Raises:
        ConfigError: No mail is configured, or nothing that sends one.
    """
    from drift.config.weekly import weekly_settings
    from drift.mailing import queue_letters
    from drift.reports.weekly.mails import weekly_letters
    from drift.reports.weekly.whole import report_of

    sending = sending_of(settings, now)
    with database.reading() as connection:
        report = report_of(connection, span, weekly_settings(settings), now)
    return queue_letters(database, weekly_letters(report, settings.report.mails, sending), now)


def sending_of(settings: Settings, now: datetime) -> "Sending":
    """Return from whom letters come that are written now.

    Raises:
        ConfigError: No mail is configured, or nothing that sends one.
    """
    from drift import wiring
    from drift.reports.weekly.outgoing import Sending

    if not settings.report.mails:
        raise ConfigError(
            "nobody gets a report by mail", hint="add a [[report_mail]]; docs/weekly-report.md shows one"
        )
    sender = wiring.mail_transport(settings).sender
    return Sending(organisation=settings.organisation, sender=sender, at=now)


def send_queued(settings: Settings, database: "Database", period: str, new: int, now: datetime) -> bool:
    """Send the letters of a period that are not taken, and say how it went; tell whether all are now."""
    from drift import wiring
    from drift.mailing import send_due
    from drift.store import report_mails

    with database.transaction() as connection:
        report_mails.send_again(connection, period, now)
    done = send_due(database, wiring.mail_transport(settings), now)
    click.echo(f"{counted(done.sent, 'letter')} sent, {new:,} of them written now")
    for problem in done.problems:
        click.echo(f"drift: {shown(problem, limit=500)}", err=True)
    return not done.problems
