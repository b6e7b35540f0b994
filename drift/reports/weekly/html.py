"""Lays the weekly report out as HTML that mail clients really show: tables, inline styles, nothing remote."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from drift.reports.pages import template
from drift.reports.weekly.layout import Page

if TYPE_CHECKING:
    import css_inline

MOST_BYTES = 100_000
"""Gmail cuts a mail at 102 kB, and hides the rest behind a link."""

_STEPS = ((10, 1000), (10, 300), (5, 300), (2, 300))
"""Rows of a table and characters of a text: what is still too large is cut further, and says so."""


def weekly_html(page: Page) -> str:
    """Return the report as one HTML document of less than `MOST_BYTES`."""
    return fitting(
        lambda rows, longest: template("weekly.html.j2", longest).render(page=page.cut_to(rows)), _STEPS
    )


def fitting(render: Callable[[int, int], str], steps: Sequence[tuple[int, int]]) -> str:
    """Return the first document, of so many rows and texts of so many characters, that fits a mail."""
    for rows, longest in steps:
        document = _inliner().inline(render(rows, longest))
        if len(document.encode()) < MOST_BYTES:
            break
    return document


@cache
def _inliner() -> "css_inline.CSSInliner":
    """Return what writes the first style sheet into each element, and leaves the second one where it is.

    With its own way of keeping media queries it puts them before the charset, which must come first.
    """
    import css_inline

    return css_inline.CSSInliner(load_remote_stylesheets=False)
