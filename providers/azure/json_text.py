"""JSON that clouds and exports keep as text within JSON."""

import json

import msgspec

from drift.model.resource import Json
from providers.raw_json import mended


def decoded(raw: bytes | msgspec.Raw) -> Json:
    """Decode `raw`.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested beyond reason.
    """
    text = bytes(raw)
    try:
        return msgspec.json.decode(text)
    except msgspec.ValidationError:
        # A number beyond what a float holds: its digits are kept as text.
        return json.loads(mended(text), parse_float=str, parse_constant=str)
    except msgspec.DecodeError:
        if (whole := mended(text)) == text:
            raise
        return decoded(whole)


def value_of(said: msgspec.Raw | str) -> Json:
    """Return what an undecoded field holds, or a text in which an object or a list may be written."""
    value = said if isinstance(said, str) else decoded(said)
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return decoded(value.encode())
        except (ValueError, RecursionError):
            return value
    return value
