"""Lays write-ups out as a page that is printed, completed and signed."""

from collections.abc import Sequence

from drift.reports.pack.registers.write_up import FOR_MANAGEMENT, PLACEHOLDER, WriteUp
from drift.reports.pages import template

LONGEST = 4000
"""Characters of one text; the table has all of it."""

MOST_PAGES = 500
"""More changes are read in the table: nobody prints as many."""


def write_up_page(title: str, lead: str, told: Sequence[WriteUp]) -> bytes:
    """Return a page with these write-ups."""
    text = template("write_up.html.j2", LONGEST).render(
        title=title, lead=lead, told=told, for_management=FOR_MANAGEMENT, placeholder=PLACEHOLDER
    )
    return text.encode()
