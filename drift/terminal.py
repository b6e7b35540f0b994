"""Text from outside on a terminal: shown, never obeyed."""

import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that reorder what follows them, so that a line could read as something else."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def shown(text: str, limit: int = 200) -> str:
    """Return `text` in one line without control characters, cut at `limit` characters."""
    if text.isascii() and text.isprintable():
        clean = text
    else:
        clean = "".join(REPLACEMENT if _is_unsafe(char) else char for char in text)
    return clean if len(clean) <= limit else f"{clean[: limit - 1]}…"


def _is_unsafe(char: str) -> bool:
    return char in _BIDI or unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")
