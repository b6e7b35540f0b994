"""Renders pages: HTML without scripts, each in one file, where nothing from outside hides or turns text."""

from functools import cache, partial
from typing import TYPE_CHECKING

from drift.reports.pack.cells import visible
from drift.terminal import shown

if TYPE_CHECKING:
    import jinja2


@cache
def template(name: str, longest: int | None = None) -> "jinja2.Template":
    """Return a template of `drift.reports`: every text that it prints is made harmless, and then escaped.

    What would hide or turn text is written out; where texts are cut at `longest` characters, it is replaced.
    """
    # Slow to import, and most commands render nothing.
    import jinja2

    harmless = visible if longest is None else partial(shown, limit=longest)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("drift.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: harmless(value) if isinstance(value, str) else value,
    )
    return environment.get_template(name)
