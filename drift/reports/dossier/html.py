"""Renders a dossier's page as HTML without scripts, all of it in one file."""

from drift.reports.dossier.page import Page, cell_lines, text_lines
from drift.reports.pages import template


def html_of(page: Page) -> bytes:
    """Return the page as HTML; what hides text, or turns its direction, is written out."""
    made = template("dossier.html.j2")
    return made.render(page=page, cell_lines=cell_lines, text_lines=text_lines).encode()
