"""Both sides of an attribute that differs, in lines of which there are not too many."""

import json
from collections.abc import Iterator

from drift.model.documents import differing_parts
from drift.model.finding import HIDDEN, AttributeDrift
from drift.model.resource import Json

MOST_LINES = 60
"""Of one value; a longer one is cut, and says so."""


def sides_of(one: AttributeDrift) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is declared and what is live; what is sensitive is on neither side."""
    if one.sensitive:
        return (HIDDEN,), (HIDDEN,)
    declared, live = differing_parts(one.declared, one.live) or (one.declared, one.live)
    return tuple(lines_of(_told(declared))), tuple(lines_of(_told(live)))


def lines_of(value: Json) -> Iterator[str]:
    """Yield a value in lines."""
    indent = 2 if isinstance(value, dict | list) else None
    lines = json.dumps(value, indent=indent, ensure_ascii=False).splitlines()
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"… and {len(lines) - MOST_LINES} lines more"


def _told(value: Json) -> Json:
    """Leave out the members of objects that say nothing; providers list every one there could be."""
    match value:
        case dict():
            return {name: _told(member) for name, member in value.items() if member not in (None, "", [], {})}
        case list():
            return [_told(element) for element in value]
        case _:
            return value
