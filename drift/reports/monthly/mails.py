"""Writes the letters about a month."""

from collections.abc import Iterable, Iterator

from drift.model.audience import Audience
from drift.model.report_mail import ReportKind, ReportMail
from drift.reports.monthly.html import monthly_html
from drift.reports.monthly.page import MonthFacts, month_page
from drift.reports.monthly.text import monthly_text
from drift.reports.weekly.letter import unlinked
from drift.reports.weekly.outgoing import Said, Sending, letters_of
from drift.store.report_mails import Outgoing


def monthly_letters(facts: MonthFacts, mails: Iterable[ReportMail], sending: Sending) -> Iterator[Outgoing]:
    """Yield the letters about a month, to those who asked for it. Rows of its own a team has none there."""
    for mail in mails:
        if mail.is_monthly and mail.audience is not Audience.TEAM:
            page = unlinked(month_page(facts, mail.audience))
            said = Said(
                subject=page.subject,
                html=monthly_html(page),
                text=monthly_text(page),
                run_id=facts.run_id,
                checkpoint=facts.checkpoint,
            )
            yield from letters_of(mail, ReportKind.MONTHLY, str(facts.register.month), said, sending)
