"""How completely the sources were read, and who says so."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Attestation:
    """What a cloud vouches for: that the files of a span are all there were, and unaltered.

    A failed one is as much worth knowing: something was removed, altered or never delivered.
    """

    account: str
    region: str
    from_at: datetime
    to_at: datetime
    document: str
    """Where the cloud's word stands, the URI of a digest file for example."""
    files: int
    """How many delivered files were held against it."""
    problem: str | None = None
    """Why it does not hold; `None` where it does."""
