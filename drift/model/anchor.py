"""What an outside holder gives for a checkpoint."""

from dataclasses import dataclass
from datetime import datetime

NOTE = "{note}"
DOCUMENT = "{document}"
"""Stand in `Receipt.check` for the paths of two files: the note that is held, and the receipt's document."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """By which a reader finds a checkpoint at its holder, or checks the holder's word without asking."""

    reference: str
    """Names it at the holder: the number of a stamp, the address and version of an object, a commit."""
    check: str
    """How to check it: a line for a shell, with `NOTE` and `DOCUMENT` in it."""
    held_at: datetime | None = None
    """By the holder's own clock; `None` where it vouches for no time."""
    kept_until: datetime | None = None
    """Nobody can take it away before; `None` where the holder promises no time."""
    document: bytes | None = None
    """What the holder answered, byte for byte, where that proves something by itself."""
    document_type: str | None = None
    """The ending of the document's file: `tsr`."""
