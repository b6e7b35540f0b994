"""Damaged regions of a text: where they end, and what is said of them."""

import hashlib
from dataclasses import dataclass

from drift.records.heads import HEAD_BYTES, Heads
from drift.records.window import Window

_BLANKS = b" \t\r\n,"


@dataclass(frozen=True, kw_only=True, slots=True)
class Damage:
    """A region of a text that no document can be read from."""

    error: str
    sha256: str
    """Hex SHA-256 of the region's bytes."""
    to_the_end: bool = False
    """Nothing of the text is left behind it."""

    @classmethod
    def of_nothing(cls, error: str, *, to_the_end: bool = False) -> "Damage":
        """Return a damage without bytes: something that should be there is missing."""
        return cls(error=error, sha256=hashlib.sha256(b"").hexdigest(), to_the_end=to_the_end)


def leave_damage(window: Window, heads: Heads, error: str, size: int | None) -> Damage:
    """Move `window` to the end of the damaged region that begins here.

    It ends where the next record seems to begin, and at most `size` bytes on if that is known.
    """
    heads.learn(window.data, window.at)
    digest = hashlib.sha256()
    known_end = None if size is None else window.at + size
    while True:
        text = window.data
        found = heads.next_in(text, window.at + 1, len(text) if known_end is None else known_end)
        end = known_end if found is None else found
        if end is not None:
            digest.update(text[window.at : end].rstrip(_BLANKS))
            window.at = end
            return Damage(error=error, sha256=digest.hexdigest())
        kept = max(window.at, len(text) - HEAD_BYTES)
        digest.update(text[window.at : kept])
        window.at = kept
        if not window.more():
            digest.update(text[kept:].rstrip(_BLANKS))
            window.at = len(text)
            return Damage(error=error, sha256=digest.hexdigest(), to_the_end=True)
