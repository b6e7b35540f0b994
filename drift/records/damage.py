"""What is said of a damaged region of a text."""

import hashlib

from msgspec import Struct


class Damage(Struct, frozen=True, kw_only=True, gc=False):
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
