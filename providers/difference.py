"""Shows how an attribute differs, as short as it can be said in Terraform's notation."""

import json
from collections.abc import Iterator
from itertools import islice

from drift.model.documents import differing_parts
from drift.model.finding import AttributeDrift
from drift.model.resource import Json
from providers.visible import shortened

ATTRIBUTES = 5
"""How many attributes of one change a message shows; the rest is counted."""

_PATH_BYTES = 60
_TEXT_BYTES = 110
_ELEMENTS_BYTES = 240
"""Of a set or a document only what differs is shown, but that in full: who is let in stands at its end."""
_ONE_LINE = 64
"""About what a phone shows of a line before it breaks it."""
_MEMBERS = 12
_DEPTH = 4
_DOCUMENT_DEPTH = 6


def difference(drift: tuple[AttributeDrift, ...]) -> list[str]:
    """Return the lines that show what is declared and what is there now."""
    lines = [line for attribute in drift[:ATTRIBUTES] for line in _attribute(attribute)]
    if (rest := len(drift) - ATTRIBUTES) > 0:
        lines.append(f"and {rest} more {'attributes' if rest > 1 else 'attribute'}")
    return lines


def _attribute(attribute: AttributeDrift) -> list[str]:
    path = shortened(attribute.path, _PATH_BYTES)
    if attribute.sensitive:
        declared, live = _absence(attribute.declared), _absence(attribute.live)
        return [f"{path}: {declared}" if declared == live else f"{path}: {declared} → {live}"]
    depth, declared, live = _DEPTH, attribute.declared, attribute.live
    if documents := differing_parts(declared, live):
        (declared, live), depth = documents, _DOCUMENT_DEPTH
    declared, live = _short(declared, depth), _short(live, depth)
    line = f"{path}: {declared} → {live}"
    if len(line) <= _ONE_LINE:
        return [line]
    return [path, f"  - {declared}", f"  + {live}"]


def _absence(value: Json) -> str:
    """Say that a secret is not there, and nothing else of it."""
    return _notation(value, _DEPTH) if value in _SAYS_NOTHING else "(sensitive)"


def _short(value: Json, depth: int) -> str:
    most = _ELEMENTS_BYTES if isinstance(value, list | dict) else _TEXT_BYTES
    return shortened(_notation(value, depth), most)


def _notation(value: Json, depth: int) -> str:
    """Write a value as Terraform would; members of an object that say nothing are left out.

    Numbers and booleans come first: a text that somebody chose cannot push them out of sight.
    """
    match value:
        case None:
            return "(not set)"
        case str():
            return json.dumps(value[:_TEXT_BYTES], ensure_ascii=False)
        case list() if depth:
            return "[" + _members(_notation(element, depth - 1) for element in value) + "]"
        case dict() if depth:
            names = sorted(value, key=lambda name: (not isinstance(value[name], int | float), name))
            said = ((name, value[name]) for name in names if value[name] not in _SAYS_NOTHING)
            return "{" + _members(f"{name} = {_notation(member, depth - 1)}" for name, member in said) + "}"
        case list() | dict():
            return "…"
        case _:
            return json.dumps(value)


def _members(members: Iterator[str]) -> str:
    shown = list(islice(members, _MEMBERS))
    return ", ".join([*shown, "…"] if next(members, None) is not None else shown)


_SAYS_NOTHING: tuple[Json, ...] = (None, "", [], {})
