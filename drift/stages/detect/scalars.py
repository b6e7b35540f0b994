"""Scalars as texts, so that no two values look alike and those that Terraform converts are equal."""

import json
from collections.abc import Iterator
from json.encoder import encode_basestring_ascii

from drift.model.resource import Json


def scalar_text(value: Json) -> str | None:
    """Return a scalar as Terraform converts it to a string, quoted so that no two values look alike."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    return encode_basestring_ascii(str(value))


def element_text(form: Json) -> str:
    """Return a text that orders and tells apart canonical forms."""
    return form if isinstance(form, str) else json.dumps(form, sort_keys=True)


def leaves(value: Json) -> Iterator[Json]:
    """Yield every scalar inside, however deep it lies."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case dict() as inner:
                waiting += inner.values()
            case list() as inner:
                waiting += inner
            case scalar:
                yield scalar


def elements(value: Json) -> list[Json]:
    """Return the elements of a list, a scalar as the only one, and none of what is empty."""
    if isinstance(value, list):
        return value
    return [] if scalar_text(value) is None else [value]
