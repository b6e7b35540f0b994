"""JSON that clouds and exports keep as text within JSON."""

import json
import re

import msgspec

from drift.model.resource import Json

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""A whole pair of surrogates, half of one, or any other escape."""


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
        return json.loads(_mended(text), parse_float=str, parse_constant=str)
    except msgspec.DecodeError:
        if (mended := _mended(text)) == text:
            raise
        return decoded(mended)


def _mended(text: bytes) -> bytes:
    """Put a sign of replacement for each half of a surrogate pair: one character hides no token."""
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], text)


def value_of(said: msgspec.Raw | str) -> Json:
    """Return what an undecoded field holds, or a text in which an object or a list may be written."""
    value = said if isinstance(said, str) else decoded(said)
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return decoded(value.encode())
        except (ValueError, RecursionError):
            return value
    return value
