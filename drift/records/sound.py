"""Whether a piece of text is one sound JSON value."""

import re

import msgspec

_VALUE = msgspec.json.Decoder(msgspec.Raw)
_SURROGATE = re.compile(rb"\\(?:u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", re.DOTALL)


def fault_of(piece: bytes) -> str | None:
    """Return what is wrong with `piece` as a JSON value, or `None` if it is sound.

    Half of a surrogate pair is a strange character, not a broken record: a caller who can put
    one into a user agent must not be able to make the whole record unreadable with it.
    """
    fault = _fault(piece)
    if fault is None or b"\\u" not in piece:
        return fault
    return _fault(_SURROGATE.sub(_without_surrogate, piece))


def _fault(piece: bytes) -> str | None:
    try:
        _VALUE.decode(piece)
    except RecursionError:
        return "nested too deeply"
    except msgspec.DecodeError as error:
        return f"not valid JSON ({error})"
    return None


def _without_surrogate(match: re.Match[bytes]) -> bytes:
    return match[0] if len(match[0]) == 2 else b"\\ufffd"
