"""Renders pages: HTML without scripts, each in one file, where nothing from outside hides or turns text."""

from enum import StrEnum
from functools import cache, partial
from typing import TYPE_CHECKING

from drift.reports.pack.cells import visible
from drift.terminal import shown

if TYPE_CHECKING:
    import jinja2


@cache
def template(name: str, longest: int | None = None) -> "jinja2.Template":
    """Return a template of `drift.reports`, as `environment` has it."""
    return environment("drift.reports", longest).get_template(name)


def environment(package: str, longest: int | None = None) -> "jinja2.Environment":
    """Return how the templates of a package are rendered: every text is made harmless, and then escaped.

    What would hide or turn text is written out; where texts are cut at `longest` characters, it is replaced.
    """
    # Slow to import, and most commands render nothing.
    import jinja2

    harmless = visible if longest is None else partial(shown, limit=longest)
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # What a macro of ours made is marked as HTML, and its texts went through here already.
        finalize=lambda value: harmless(value) if type(value) is str or isinstance(value, StrEnum) else value,
    )
