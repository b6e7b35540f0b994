"""The weekly report from the store to a page, in one call: for a terminal, a file, a mail or the web."""

from datetime import datetime

from sqlalchemy import Connection

from drift.model.audience import Audience
from drift.reports.days import Span
from drift.reports.weekly.audience import of_team
from drift.reports.weekly.facts import WeeklySettings, read_facts
from drift.reports.weekly.layout import Page
from drift.reports.weekly.numbers import weekly_report
from drift.reports.weekly.page import MOST_ROWS, page_of
from drift.reports.weekly.report import WeeklyReport


def report_of(connection: Connection, span: Span, settings: WeeklySettings, now: datetime) -> WeeklyReport:
    """Return the report of a week, or of other days."""
    return weekly_report(read_facts(connection, span, now, settings))


def page_for(
    report: WeeklyReport, audience: Audience, team: str | None = None, *, rows: int | None = MOST_ROWS
) -> Page:
    """Return what an audience is shown of a report; a `team` only its own rows."""
    return page_of(of_team(report, team) if team else report, audience, rows)
