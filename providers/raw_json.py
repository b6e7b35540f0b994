"""JSON that is opened a layer at a time, so that what lies inside keeps its bytes, or walked as a whole.

Whoever can put half of a surrogate pair into a name must not be able to hide with it what carries
the name: only that one character is lost to those who look for something else.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias, TypeVar

import msgspec

from drift.model.resource import Json

Fields: TypeAlias = dict[str, msgspec.Raw]

MAX_DEPTH = 32
"""No call of a cloud nests deeper; what a forged record holds below is not searched."""

_T = TypeVar("_T")

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""A whole pair of surrogates, half of one, or any other escape."""

_REPLACEMENT = rb"\ufffd"

_FIELDS = msgspec.json.Decoder(Fields)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)


def fields_of(document: bytes | msgspec.Raw) -> Fields | None:
    """Return the members of an object, not decoded; `None` where it is none."""
    found = _read(_FIELDS, document)
    if found is not None or (whole := _whole(document)) is None:
        return found
    found = _read(_FIELDS, whole) or {}
    return dict(zip(found, _as_delivered(found.values(), document, whole), strict=True)) or None


def elements_of(document: bytes | msgspec.Raw) -> list[msgspec.Raw] | None:
    """Return the elements of a list, not decoded; `None` where it is none."""
    found = _read(_LIST, document)
    if found is not None or (whole := _whole(document)) is None:
        return found
    elements = _read(_LIST, whole) or []
    return list(_as_delivered(elements, document, whole)) or None


def text_of(fields: Fields, key: str) -> str:
    """Return the text of a member; empty where it is missing or no text."""
    if key not in fields:
        return ""
    text = _read(_TEXT, fields[key])
    return text if text is not None else _read(_TEXT, mended(bytes(fields[key]))) or ""


def mended(text: bytes) -> bytes:
    """Put a sign of replacement for each half of a surrogate pair; everything keeps its place."""
    return _ESCAPE.sub(lambda found: _REPLACEMENT if found["half"] else found[0], text)


def _read(decoder: "msgspec.json.Decoder[_T]", document: bytes | msgspec.Raw) -> _T | None:
    try:
        return decoder.decode(document)
    except (ValueError, RecursionError):
        return None


def _whole(document: bytes | msgspec.Raw) -> bytes | None:
    """Return a document mended; `None` where there is nothing to mend."""
    text = bytes(document)
    whole = mended(text) if b"\\u" in text else text
    return None if whole == text else whole


def _as_delivered(
    parts: Iterable[msgspec.Raw], document: bytes | msgspec.Raw, whole: bytes
) -> Iterator[msgspec.Raw]:
    """Yield the parts of a mended document as they stood in it before: the two are equally long."""
    text, end = bytes(document), 0
    for part in parts:
        body = bytes(part)
        if _REPLACEMENT not in body:
            yield part
            continue
        begin = whole.find(body, end)
        begin = whole.find(body) if begin < 0 else begin
        end = begin + len(body)
        yield msgspec.Raw(text[begin:end])


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
