"""Writes the letters of a report: for each mail that the configuration asks for, one to each address."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from drift.model.report_mail import ReportKind, ReportMail
from drift.reports.weekly.html import weekly_html
from drift.reports.weekly.layout import Page
from drift.reports.weekly.letter import letter, message_id, unlinked
from drift.reports.weekly.report import WeeklyReport
from drift.reports.weekly.text import weekly_text
from drift.reports.weekly.whole import page_for
from drift.reports.weekly.workbook import weekly_workbook
from drift.store.report_mails import Outgoing


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """From whom letters come, and when they are written."""

    organisation: str
    sender: str
    at: datetime


def weekly_letters(report: WeeklyReport, mails: Iterable[ReportMail], sending: Sending) -> Iterator[Outgoing]:
    """Yield the letters of a report. A team of which nothing is told gets none."""
    for mail in mails:
        page = page_for(report, mail.audience, mail.team)
        if mail.team is None or page.actions or any(table.rows for table in page.tables):
            yield from _letters(report, mail, page, sending)


def _letters(report: WeeklyReport, mail: ReportMail, page: Page, sending: Sending) -> Iterator[Outgoing]:
    shown, period = unlinked(page), str(report.week)
    html, text = weekly_html(shown), weekly_text(shown)
    workbook = (f"weekly-{period.replace(' ', '-')}.xlsx", _workbook(report, mail, sending))
    for address in mail.to:
        id_ = message_id(sending.organisation, mail.name, ReportKind.WEEKLY, period, address, sending.sender)
        yield Outgoing(
            mail=mail.name,
            kind=ReportKind.WEEKLY,
            audience=mail.audience,
            period=period,
            address=address,
            letter=letter(
                subject=shown.subject,
                text=text,
                html=html,
                sender=sending.sender,
                to=address,
                message_id=id_,
                at=sending.at,
                workbook=workbook if mail.has_workbook else None,
            ),
            run_id=report.run_id,
            sha256=sha256(html.encode()).hexdigest(),
            checkpoint_size=report.checkpoint.size if report.checkpoint else None,
            checkpoint_root=report.checkpoint.root if report.checkpoint else None,
        )


def _workbook(report: WeeklyReport, mail: ReportMail, sending: Sending) -> bytes:
    if not mail.has_workbook:
        return b""
    return weekly_workbook(page_for(report, mail.audience, mail.team, rows=None), sending.at)
