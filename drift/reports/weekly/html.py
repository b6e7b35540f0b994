"""Lays the weekly report out as HTML that mail clients really show: tables, inline styles, nothing remote."""

from drift.reports.pages import template
from drift.reports.weekly.page import Page

LONGEST = 1000
"""Characters of one text."""


def weekly_html(page: Page) -> str:
    """Return the report as one HTML document."""
    return template("weekly.html.j2", LONGEST).render(page=page)
