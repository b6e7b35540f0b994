"""Lays the weekly report out as plain text: what a terminal shows, and the alternative part of a mail."""

import textwrap
from collections.abc import Iterator, Sequence

from drift.reports.weekly.layout import ActionLine, Chart, Page, Table, Tile
from drift.terminal import shown

WIDTH = 96
"""Columns of a line, unless a terminal has fewer."""

_INDENT = "  "

_LINK = 2000
"""Characters: a link that is cut leads nowhere."""

_COLUMN = 5
"""Characters of a week in a chart."""


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
    yield from _charts(page.charts, width)
    for title, lines in (("DETECTOR", page.health), ("CONTROLS", page.controls)):
        if lines:
            yield from ("", title)
        for line in lines:
            yield from _wrapped(f"{'! ' if line.is_bad else ''}{line.text}", width, _INDENT)
    yield from ("", "-" * width)
    yield from _wrapped(page.definitions, width)
    for sentence in filter(None, (page.ledger, page.witness)):
        yield from _wrapped(sentence, width)
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
    yield indent + shown(action.who, width - len(indent))
    owner = f"owner: {action.owner}" if action.owner else ""
    facts = filter(None, (f"missing: {action.missing}", action.due, owner, action.ref))
    yield from _wrapped(" - ".join(facts), width, indent)
    if action.link:
        yield indent + shown(action.link, _LINK)


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


def _charts(charts: Sequence[Chart], width: int) -> Iterator[str]:
    """Yield the weeks side by side, as many as fit: the last ones tell most."""
    if not charts:
        return
    names = max(len(one.title) for one in charts)
    fit = (width - len(_INDENT) - names) // _COLUMN
    bars = charts[0].bars[-fit:]
    weeks = "".join(f"{one.week:>{_COLUMN}}" for one in bars)
    yield from ("", f"{'TWELVE WEEKS':{len(_INDENT) + names}}{weeks}")
    for one in charts:
        yield f"{_INDENT}{one.title:{names}}" + "".join(f"{bar.value:>{_COLUMN}}" for bar in one.bars[-fit:])


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(
        shown(text, limit=1000),
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
