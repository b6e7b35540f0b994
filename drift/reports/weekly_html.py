"""Lays the weekly report out as HTML that mail clients really show: tables, inline styles, nothing remote."""

from functools import partial

from drift.reports.weekly_page import Page
from drift.terminal import shown


def weekly_html(page: Page) -> str:
    """Return the report as one HTML document."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("drift.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # Whatever is printed goes through here, before it is escaped: nothing from outside can
        # turn the direction of a line or smuggle in what nobody sees.
        finalize=partial(shown, limit=1000),
    )
    return environment.get_template("weekly.html.j2").render(page=page)
