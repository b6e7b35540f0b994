"""Lays the page of a month out as HTML that mail clients show."""

from drift.reports.monthly.layout import MonthPage
from drift.reports.pages import template
from drift.reports.weekly.html import fitting

_STEPS = ((50, 1000), (20, 300), (5, 300))


def monthly_html(page: MonthPage) -> str:
    """Return the page as one HTML document that fits a mail."""
    return fitting(
        lambda rows, longest: template("monthly.html.j2", longest).render(page=page.cut_to(rows)), _STEPS
    )
