"""Text from outside on a terminal: shown, never obeyed."""

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of controls, of line breaks, and of what is invisible and reorders or joins."""

_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""What terminals or editors obey and JSON need not escape."""


def shown(text: str, limit: int = 200) -> str:
    """Return `text` in one line without control characters, cut at `limit` characters."""
    part = text[: limit + 1]
    if not (part.isascii() and part.isprintable()):
        part = "".join(REPLACEMENT if unicodedata.category(char) in _UNSAFE else char for char in part)
    return part if len(part) <= limit else f"{part[: limit - 1]}…"


def inert_json(line: bytes) -> bytes:
    """Return encoded JSON that says the same, with everything escaped that a terminal could obey."""
    if line.isascii():
        return line.replace(b"\x7f", rb"\u007f")
    return _UNSAFE_IN_JSON.sub(lambda char: f"\\u{ord(char[0]):04x}", line.decode()).encode()
