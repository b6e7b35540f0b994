"""A dossier as a page: sections of tables and texts, which HTML and PDF show alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_OF_TEXT = 12_000
"""Characters of a text: dossier.json has the whole."""

MOST_CHARACTERS = 1000
"""Of one cell: a row must fit on a page."""

MOST_LINES_OF_CELL = 25

CUT = "... cut: dossier.json has it all"


class Look(StrEnum):
    """How a cell looks."""

    PLAIN = "plain"
    CODE = "code"
    """Hashes, ids, parameters: every character counts."""
    STRONG = "strong"
    QUIET = "quiet"


class Tone(StrEnum):
    """What a row says about the change."""

    NONE = "none"
    GOOD = "good"
    CANDIDATE = "candidate"
    """A deviation candidate."""
    UNKNOWN = "unknown"
    """Not shown."""
    FIRST = "first"
    """The first write: what must have happened before stands above it."""


def cell_lines(text: str) -> list[str]:
    """Return the lines of a cell that are shown; the last one says where some are not."""
    lines = text[:MOST_CHARACTERS].split("\n")[:MOST_LINES_OF_CELL]
    return lines if "\n".join(lines) == text else [*lines, CUT]


def text_lines(text: str) -> list[str]:
    """Return the lines of a longer text that are shown; the last one says where some are not."""
    return text.split("\n") if len(text) <= MOST_OF_TEXT else [*text[:MOST_OF_TEXT].split("\n"), CUT]


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    width: int
    """Part of the page's width, in hundredths."""
    look: Look = Look.PLAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class TableRow:
    """One row: a text for each column."""

    cells: Sequence[str]
    tone: Tone = Tone.NONE


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Something longer that is shown as it is."""

    caption: str
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A part of the page under a heading."""

    title: str
    says: str = ""
    """What the part shows, or why it shows nothing."""
    columns: Sequence[Column] = ()
    rows: Sequence[TableRow] = ()
    texts: Sequence[Text] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """All of it."""

    title: str
    lead: str
    labels: Sequence[tuple[str, str]]
    """What must be seen at once: a name and a value each."""
    sections: Sequence[Section]
    foot: str
