"""Writes the letters of the weekly report, for each mail that the configuration asks for."""

from collections.abc import Iterable, Iterator

from drift.model.report_mail import ReportKind, ReportMail
from drift.reports.weekly.html import weekly_html
from drift.reports.weekly.letter import unlinked
from drift.reports.weekly.outgoing import Said, Sending, letters_of
from drift.reports.weekly.report import WeeklyReport
from drift.reports.weekly.text import weekly_text
from drift.reports.weekly.whole import page_for
from drift.reports.weekly.workbook import weekly_workbook
from drift.store.report_mails import Outgoing


def weekly_letters(report: WeeklyReport, mails: Iterable[ReportMail], sending: Sending) -> Iterator[Outgoing]:
    """Yield the letters of a report. A team of which nothing is told gets none."""
    period = str(report.week)
    for mail in mails:
        page = page_for(report, mail.audience, mail.team)
        if mail.team is None or page.actions or any(table.rows for table in page.tables):
            shown = unlinked(page)
            said = Said(
                subject=shown.subject,
                html=weekly_html(shown),
                text=weekly_text(shown),
                run_id=report.run_id,
                checkpoint=report.checkpoint,
                workbook=_workbook(report, mail, sending) if mail.has_workbook else None,
            )
            yield from letters_of(mail, ReportKind.WEEKLY, period, said, sending)


def _workbook(report: WeeklyReport, mail: ReportMail, sending: Sending) -> tuple[str, bytes]:
    name = f"weekly-{str(report.week).replace(' ', '-')}.xlsx"
    return name, weekly_workbook(page_for(report, mail.audience, mail.team, rows=None), sending.at)
