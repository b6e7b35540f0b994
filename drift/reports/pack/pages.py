"""Renders the pages of a pack: HTML without scripts, each in one file."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, **said: object) -> str:
    """Return a template of `drift.reports` filled with what is said; text stays text."""
    return _environment().get_template(template).render(**said)


@cache
def _environment() -> "Environment":
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("drift.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
