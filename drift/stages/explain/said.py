"""What a call said, and what an attribute says, in a form in which both can be held against each other.

Names are compared without case and signs: `dBInstanceClass`, `db_instance_class` and
`DBInstanceClass` are one. Values are compared as Terraform turns them into text.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from drift.model.resource import Json
from drift.redact import MASK

MOST = 5000
"""Values of one call that are looked at; a forged one may hold millions."""

_NO_LETTER = re.compile(r"[^a-z0-9]")
_NAMING = re.compile(r"(.*)(?:name|key)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One value among the parameters of a call."""

    names: tuple[str, ...]
    """The folded names that lead to it, from the outside in; the last may be a value: the key of a tag."""
    value: str | None
    """As text; empty where the call sets nothing, `None` where the value is hidden."""


def folded(name: str) -> str:
    """Return a name without case and signs."""
    return _NO_LETTER.sub("", name.lower())


def said(request: Json) -> tuple[Said, ...]:
    """Return every value among the parameters of a call."""
    found: list[Said] = []
    for one in _said(request, ()):
        found.append(one)
        if len(found) == MOST:
            break
    return tuple(found)


def scalars(value: Json) -> frozenset[str]:
    """Return every value inside an attribute's, as text: also those of a JSON document in a string."""
    return frozenset(text for text in _scalars(value) if text)


def text_of(value: Json) -> str:
    """Return a scalar as Terraform turns it into text, in lower case; what is empty has none.

    Clouds take `Allow` for `allow`, and answer with either.
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower()


def document_in(text: str) -> Json:
    """Return the JSON document in a string, `None` if it holds none. IAM writes them as in a URL."""
    plain = unquote(text) if text[:3].upper() in ("%7B", "%5B") else text
    if plain.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(plain)
    except (ValueError, RecursionError):
        return None


def _said(value: Json, names: tuple[str, ...]) -> Iterator[Said]:
    waiting: list[tuple[Json, tuple[str, ...]]] = [(value, names)]
    while waiting:
        inner, path = waiting.pop()
        if isinstance(inner, str) and (document := document_in(inner)) is not None:
            inner = document
        match inner:
            case dict() if inner:
                waiting += reversed([(one, (*path, name)) for name, one in _members(inner)])
            case list() if inner:
                waiting += reversed([(one, path) for one in inner])
            case dict() | list():
                yield Said(names=path, value="")
            case str() if MASK in inner:
                yield Said(names=path, value=None)
            case _:
                yield Said(names=path, value=text_of(inner))


def _members(table: dict[str, Json]) -> Iterator[tuple[str, Json]]:
    """Yield what an object says under each name: `{"key": "team", "value": "web"}` that `team` is `web`."""
    members = {folded(str(name)): value for name, value in table.items()}
    for name in list(members):
        found = _NAMING.fullmatch(name)
        if found and isinstance(called := members.get(name), str) and f"{found[1]}value" in members:
            del members[name]
            yield folded(called), members.pop(f"{found[1]}value")
    yield from members.items()


def _scalars(value: Json) -> Iterator[str]:
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, str) and (document := document_in(inner)) is not None:
            inner = document
        match inner:
            case dict():
                waiting += inner.values()
            case list():
                waiting += inner
            case _:
                yield text_of(inner)
