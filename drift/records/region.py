"""Where a damaged region of a text ends."""

import hashlib

from drift.records.damage import Damage
from drift.records.heads import HEAD_BYTES, Heads
from drift.records.window import Window

_BLANKS = b" \t\r\n,"


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
