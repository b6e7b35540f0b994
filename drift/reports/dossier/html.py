"""Renders a dossier's page as HTML without scripts, all of it in one file."""

from functools import lru_cache

import jinja2

from drift.reports.dossier.page import Page
from drift.reports.pack.cells import visible


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("drift.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["lines"] = lambda text: [visible(line) for line in text.split("\n")]
    environment.filters["visible"] = visible
    return environment.get_template("dossier.html.j2")


def html_of(page: Page) -> bytes:
    """Return the page as HTML; what hides text, or turns its direction, is written out."""
    return _template().render(page=page).encode("utf-8", "replace")
