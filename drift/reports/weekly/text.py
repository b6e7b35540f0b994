"""Lays the weekly report out as plain text: what a terminal shows, and the alternative part of a mail."""

import textwrap
from collections.abc import Iterator

from drift.reports.weekly.page import ActionLine, Page, Table, Tile
from drift.terminal import shown

WIDTH = 96
"""Columns of a line, unless a terminal has fewer."""

_INDENT = "  "


def weekly_text(page: Page, width: int = WIDTH) -> str:
    """Return the report as lines of text, at most `width` columns wide where words allow."""
    return "\n".join(_lines(page, min(width, WIDTH))) + "\n"


def _lines(page: Page, width: int) -> Iterator[str]:
    yield shown(page.subject)
    yield from _wrapped(page.period, width)
    yield ""
    yield from _wrapped(page.verdict, width)
    yield from _wrapped(page.coverage if page.is_covered else f"NOT ALL SEEN: {page.coverage}", width)
    for sentence in page.first_days:
        yield from _wrapped(sentence, width)
    yield ""
    for tile in page.tiles:
        yield from _tile(tile, width)
    if page.actions:
        yield from ("", "NEEDS ACTION")
        for action in page.actions:
            yield from _action(action, width)
        if page.more_actions:
            yield _INDENT + page.more_actions
    for table in page.tables:
        yield from _table(table, width)
    yield from ("", "DETECTOR")
    for line in page.health:
        yield from _wrapped(f"{'! ' if line.is_bad else ''}{line.text}", width, _INDENT)
    yield from ("", "-" * width)
    yield from _wrapped(page.definitions, width)
    yield from _wrapped(page.witness, width)
    if page.note:
        yield ""
        # A signature that is cut is none: these lines are as long as they are.
        yield from (_INDENT + shown(line) if line else "" for line in page.note.splitlines())
    yield ""
    yield from _wrapped(page.made_by, width)


def _tile(tile: Tile, width: int) -> list[str]:
    number = f"{_INDENT}{tile.title:14}  {tile.value:>9}  "
    line = f"{number}{tile.note:38}  {tile.delta}".rstrip()
    if len(line) <= width:
        return [line]
    note = ", ".join(filter(None, (tile.note, tile.delta)))
    return textwrap.wrap(note, width, initial_indent=number, subsequent_indent=" " * len(number))


def _action(action: ActionLine, width: int) -> Iterator[str]:
    yield f"{_INDENT}{action.age:>6}  {action.severity:8}  {shown(action.resource, width - 20)}"
    indent = _INDENT + " " * 18
    yield indent + shown(action.what, width - len(indent))
    facts = filter(None, (f"missing: {action.missing}", action.due, action.ref))
    yield from _wrapped(" - ".join(facts), width, indent)


def _table(table: Table, width: int) -> Iterator[str]:
    if not table.rows:
        return
    yield from ("", table.title.upper())
    for row in table.rows:
        when, name, rest = row
        rest = shown(rest, width // 2)
        line = f"{_INDENT}{shown(when):>12}  "
        yield f"{line}{shown(name, width - len(line) - len(rest) - 2)}  {rest}"
    if table.more:
        yield _INDENT + table.more


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(
        shown(text, limit=1000),
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
