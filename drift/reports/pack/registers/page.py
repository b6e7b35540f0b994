"""Pages of a pack: HTML without scripts, in which nothing from outside hides or turns a line."""

from functools import cache, partial
from typing import TYPE_CHECKING

from drift.terminal import shown

if TYPE_CHECKING:
    import jinja2

LONGEST = 4000
"""Characters of one text; the table has all of it."""


@cache
def template(name: str) -> "jinja2.Template":
    """Return a page's template; everything that is printed is made visible, and then escaped."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("drift.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=partial(shown, limit=LONGEST),
    )
    return environment.get_template(name)
