"""Lays the page of a month out as plain text."""

import textwrap
from collections.abc import Iterator

from drift.reports.monthly.layout import MonthPage
from drift.terminal import shown

WIDTH = 96
_LONGEST = 1000
_LABEL = 18


def monthly_text(page: MonthPage, width: int = WIDTH) -> str:
    """Return the page as lines of text, at most `width` columns wide where words allow."""
    return "\n".join(_lines(page, min(width, WIDTH))) + "\n"


def _lines(page: MonthPage, width: int) -> Iterator[str]:
    yield shown(page.subject)
    yield from _wrapped(page.period, width)
    yield ""
    yield from _wrapped(page.verdict, width)
    yield from ("", "EMERGENCIES")
    if not page.emergencies:
        yield from _wrapped(f"  {page.none_told}", width, " " * 4)
    for one in page.emergencies:
        yield ""
        yield from _wrapped(f"  {one.title}  {one.ref}", width, " " * 4)
        for label, text in one.facts:
            yield from _wrapped(f"    {label:{_LABEL}}{text}", width, " " * (4 + _LABEL))
        if one.link:
            yield f"    {one.link}"
    if page.more:
        yield f"  {page.more}"
    for title, lines in (("AGAIN", page.again), ("SAMPLE OF THE MONTH", [one.text for one in page.sample])):
        if lines:
            yield from ("", title)
        for line in lines:
            yield from _wrapped(f"  {line}", width, " " * 4)
    yield from ("", "-" * width)
    for sentence in filter(None, (page.ledger, page.witness)):
        yield from _wrapped(sentence, width)
    if page.note:
        yield ""
        yield from (f"  {shown(line)}" if line else "" for line in page.note.splitlines())
    yield ""
    yield from _wrapped(page.made_by, width)


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(
        shown(text, _LONGEST),
        width,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
