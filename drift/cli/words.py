"""How changes and findings read on a terminal or in a pipe."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from drift.model.documents import differing_parts
from drift.model.finding import AttributeDrift, DriftFinding, FindingKind
from drift.model.resource import Json
from drift.reports.wording import DIFFERENCE, finding_name
from drift.terminal import shown

WIDTH_IN_PIPE = 120
"""Columns of a line of text where nothing has a width: the same everywhere."""

LEAST_WIDTH = 60
"""On a terminal with fewer columns its own wrapping reads better than what would be left of a line."""

LOST_STORE = "{store} is new, but its key is not: bring the old store back, if there was one"


def width() -> int:
    """Return how many columns a line of text has: on a terminal as many as it shows."""
    if not sys.stdout.isatty():
        return WIDTH_IN_PIPE
    return max(LEAST_WIDTH, shutil.get_terminal_size().columns)


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Show on a terminal that something long goes on; say nothing in a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{what} …"):
        yield


def finding_lines(finding: DriftFinding) -> Iterator[str]:
    """Say what differs: the resource, then each attribute."""
    where = f" ({finding.source})" if finding.source else ""
    yield shown(f"{finding.severity:8}  {finding_name(finding)} {DIFFERENCE[finding.kind]}{where}", width())
    if finding.kind in (FindingKind.DRIFTED, FindingKind.SUSPECTED_NOISE):
        for attribute in finding.attributes:
            yield from attribute_lines(attribute, " " * 10)
    if finding.proposal:
        yield " " * 10 + "should it be none of your concern, write into config.toml:"
        yield from (" " * 12 + shown(line, width()) for line in finding.proposal.splitlines())


def attribute_lines(attribute: AttributeDrift, indent: str, *, longest: int | None = None) -> Iterator[str]:
    """Say how one attribute differs: in one line, or in three where that is too long.

    What is longer than `longest`, by default than a line, is cut.
    """
    longest = longest or width()
    path = f"{indent}{shown(attribute.path)}"
    sides = differing_parts(attribute.declared, attribute.live) or (attribute.declared, attribute.live)
    declared, live = (_value(side, longest) for side in sides)
    line = f"{path}: {declared} -> {live}"
    if len(line) <= width():
        yield line
        return
    yield shown(path, longest)
    yield shown(f"{indent}  - {declared}", longest)
    yield shown(f"{indent}  + {live}", longest)


def _value(value: Json, longest: int) -> str:
    return shown(value if value == "(sensitive)" else msgspec.json.encode(_told(value)).decode(), longest)


def _told(value: Json) -> Json:
    """Leave out the members of objects that say nothing; providers list every one there could be."""
    match value:
        case dict():
            return {name: _told(member) for name, member in value.items() if member not in (None, "", [], {})}
        case list():
            return [_told(element) for element in value]
        case _:
            return value
