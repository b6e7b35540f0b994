"""Lays write-ups out as a page that is printed, completed and signed."""

from collections.abc import Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from drift.reports.pack.registers.write_up import FOR_MANAGEMENT, PLACEHOLDER, WriteUp
from drift.terminal import shown

if TYPE_CHECKING:
    import jinja2

MOST_PAGES = 500
"""More changes are read in the table: nobody prints as many."""

LONGEST = 4000
"""Characters of one text; the table has all of it."""


def write_up_page(title: str, lead: str, told: Sequence[WriteUp]) -> bytes:
    """Return a page with these write-ups, in HTML without scripts."""
    text = _template().render(
        title=title, lead=lead, told=told, for_management=FOR_MANAGEMENT, placeholder=PLACEHOLDER
    )
    return text.encode()


@cache
def _template() -> "jinja2.Template":
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("drift.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=partial(shown, limit=LONGEST),  # before it is escaped: nothing hides or turns a line
    )
    return environment.get_template("write_up.html.j2")
