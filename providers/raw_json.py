"""JSON that is opened a layer at a time, so that what lies inside keeps its bytes, or walked as a whole."""

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from drift.model.resource import Json

Fields: TypeAlias = dict[str, msgspec.Raw]

MAX_DEPTH = 32
"""No call of a cloud nests deeper; what a forged record holds below is not searched."""

_FIELDS = msgspec.json.Decoder(Fields)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)


def fields_of(document: bytes | msgspec.Raw) -> Fields | None:
    """Return the members of an object, not decoded; `None` where it is none."""
    try:
        return _FIELDS.decode(document)
    except (ValueError, RecursionError):
        return None


def elements_of(document: bytes | msgspec.Raw) -> list[msgspec.Raw] | None:
    """Return the elements of a list, not decoded; `None` where it is none."""
    try:
        return _LIST.decode(document)
    except (ValueError, RecursionError):
        return None


def text_of(fields: Fields, key: str) -> str:
    """Return the text of a member; empty where it is missing or no text."""
    try:
        return _TEXT.decode(fields[key]) if key in fields else ""
    except (ValueError, RecursionError):
        return ""


def nodes(root: Json) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Yield every value below `root`, itself included, with the keys that lead to it, in reading order."""
    waiting: list[tuple[tuple[str, ...], Json]] = [((), root)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if len(path) >= MAX_DEPTH:
            continue
        if isinstance(value, dict):
            waiting.extend(((*path, key), inner) for key, inner in reversed(value.items()))
        elif isinstance(value, list):
            waiting.extend((path, inner) for inner in reversed(value) if not isinstance(inner, list))
