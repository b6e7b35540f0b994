"""`drift report monthly`: the emergencies of a month looked back at, and what its sample showed."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from drift import __version__
from drift.cli import COULD_NOT
from drift.cli.options import config_option
from drift.cli.report_emergency import month_option
from drift.cli.report_send import send_queued, sending_of
from drift.cli.words import width
from drift.config import Settings
from drift.errors import UsageError

if TYPE_CHECKING:
    from drift.reports.emergency import Month
    from drift.reports.monthly.page import MonthFacts
    from drift.store.database import Database

AUDIENCES = ("responders", "auditors", "managers")


@click.command("monthly")
@month_option("the last one")
@click.option(
    "--for", "audience", type=click.Choice(AUDIENCES), default=AUDIENCES[0], help="Managers read no names."
)
@click.option("--send", is_flag=True, help="Mail it to every [[report_mail]] with monthly = true.")
@config_option
def monthly(month: "Month | None", audience: str, send: bool, config: str | None) -> int:
    """Look back at the emergencies of a month, and at the sample that was drawn of it."""
    from drift import wiring
    from drift.model.audience import Audience
    from drift.reports.emergency import month_before
    from drift.reports.monthly.page import month_page
    from drift.reports.monthly.text import monthly_text

    if send and audience != AUDIENCES[0]:
        raise UsageError("--send does not go with --for", hint="each [[report_mail]] says for whom")
    settings = wiring.settings_of(config) if send else wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database:
        now = wiring.clock(settings, database).now()
        chosen = month or month_before(now)
        if send:
            new = queue_monthly(settings, database, chosen, now)
            return 0 if send_queued(settings, database, str(chosen), new, now) else COULD_NOT
        facts = month_facts(settings, database, chosen, now)
    click.echo(monthly_text(month_page(facts, Audience(audience)), width()), nl=False)
    return 0


def queue_monthly(settings: Settings, database: "Database", month: "Month", now: datetime) -> int:
    """Write the letters about a month and keep them to be sent; return how many are new."""
    from drift.mailing import queue_letters
    from drift.reports.monthly.mails import monthly_letters

    sending = sending_of(settings, now)
    facts = month_facts(settings, database, month, now)
    return queue_letters(database, monthly_letters(facts, settings.report.mails, sending), now)


def month_facts(settings: Settings, database: "Database", month: "Month", now: datetime) -> "MonthFacts":
    """Return what is to be told of a month."""
    from drift import wiring
    from drift.ledger.checkpoint import latest_checkpoint
    from drift.reports.browse.coverage import not_covered
    from drift.reports.emergency import register_of
    from drift.reports.monthly.page import MonthFacts
    from drift.reports.population import Period
    from drift.reports.self_sample import last_read_sample

    people, environments = wiring.people_of(settings, database), settings.decision.environments
    with database.reading() as connection:
        return MonthFacts(
            organisation=settings.organisation,
            register=register_of(connection, month, settings.actions, people, environments, now),
            sample=last_read_sample(connection),
            checkpoint=latest_checkpoint(connection),
            configuration_sha256=settings.sha256,
            tool_version=f"driftledger {__version__}",
            links=settings.web.url if settings.web else None,
            as_of=now,
            covered=not_covered(connection, Period(since=month.since, until=month.until), now),
        )
