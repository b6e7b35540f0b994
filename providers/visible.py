"""Makes text that somebody else chose harmless and short enough for a message.

Names, tags, user agents and session names reach us as an attacker typed them. Two rules hold in every
channel: what cannot be seen is spelled out, and nothing is longer than its place. What a channel would
read as markup is that channel's to prevent.
"""

import re
import unicodedata

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control, format (direction overrides, zero width), surrogate, private, unassigned, separators."""

_UNSEEN_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and symbols that show as nothing although their category says otherwise."""

_ACCENTS = frozenset({"Mn", "Me"})
_MOST_ACCENTS = 2
"""Vietnamese stacks two; more of them smear over the neighbouring lines."""

_SPELLED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def shortened(text: str, limit: int) -> str:
    """Return `text` made visible, on one line, in at most `limit` bytes of UTF-8.

    Slack's documents count characters without saying which; bytes are never fewer.
    """
    plain = visible(text[: limit + 1])
    encoded = plain.encode()
    if len(encoded) <= limit:
        return plain
    return encoded[: limit - len("…".encode())].decode(errors="ignore").rstrip() + "…"


def visible(text: str) -> str:
    r"""Spell out what cannot be seen or would change how its neighbours are shown: `\u{202e}`."""
    if text.isascii() and text.isprintable():
        return _one_space(text)
    shown: list[str] = []
    accents = 0
    for character in text:
        category = unicodedata.category(character)
        accents = accents + 1 if category in _ACCENTS else 0
        if _is_unseen(character, category) or accents > _MOST_ACCENTS:
            shown.append(_SPELLED.get(character, f"\\u{{{ord(character):x}}}"))
        else:
            shown.append(" " if category == "Zs" else character)
    return _one_space("".join(shown))


def _is_unseen(character: str, category: str) -> bool:
    is_variation = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return category in _UNSEEN_CATEGORIES or character in _UNSEEN_LETTERS or is_variation


def _one_space(text: str) -> str:
    return re.sub(" {2,}", " ", text).strip()
