"""Lays the weekly report out as plain text: what a terminal shows, and the alternative part of a mail."""

import textwrap
from collections.abc import Iterator

from drift.reports.weekly_page import ActionLine, Page, Table, Tile
from drift.reports.weekly_sentences import DEFINITIONS
from drift.terminal import shown

WIDTH = 96

_INDENT = "  "


def weekly_text(page: Page) -> str:
    """Return the report as lines of text."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: Page) -> Iterator[str]:
    yield shown(page.subject)
    yield from _wrapped(page.period)
    yield ""
    yield from _wrapped(page.verdict)
    yield from _wrapped(page.coverage if page.is_covered else f"NOT ALL SEEN: {page.coverage}")
    yield ""
    yield from map(_tile, page.tiles)
    if page.actions:
        yield from ("", "NEEDS ACTION")
        for action in page.actions:
            yield from _action(action)
        if page.more_actions:
            yield _INDENT + page.more_actions
    for table in page.tables:
        yield from _table(table)
    yield from ("", "DETECTOR")
    for line in page.health:
        yield from _wrapped(f"{'! ' if line.is_bad else ''}{line.text}", _INDENT)
    yield from ("", "-" * WIDTH)
    yield from _wrapped(DEFINITIONS)
    yield from _wrapped(page.witness)
    if page.note:
        yield ""
        yield from (_INDENT + shown(line) if line else "" for line in page.note.splitlines())
    yield ""
    yield shown(page.made_by)


def _tile(tile: Tile) -> str:
    return f"{_INDENT}{tile.title:14}  {tile.value:>9}  {tile.note:38}  {tile.delta}".rstrip()


def _action(action: ActionLine) -> Iterator[str]:
    yield f"{_INDENT}{action.age:>6}  {action.severity:8}  {shown(action.resource, WIDTH - 20)}"
    indent = _INDENT + " " * 18
    yield indent + shown(action.what, WIDTH - len(indent))
    yield indent + " - ".join(filter(None, (f"missing: {action.missing}", action.due, action.ref)))


def _table(table: Table) -> Iterator[str]:
    if not table.rows:
        return
    yield from ("", table.title.upper())
    for row in table.rows:
        cells = [shown(cell, WIDTH // 2) for cell in row]
        yield _INDENT + f"{cells[0]:>12}  {'  '.join(cells[1:])}"
    if table.more:
        yield _INDENT + table.more


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        shown(text, limit=1000),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
