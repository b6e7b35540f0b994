"""What tells who may write."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from drift.model.access import Entitlement


class AccessList(Protocol):
    """Tells who may write to an account, as it is now."""

    def check(self) -> str:
        """Try whether it can be read, and say what was seen.

        Raises:
            ProviderError: It cannot; the hint names the permission that is missing.
        """
        ...

    def entitlements(self) -> "Sequence[Entitlement]":
        """Return every way by which an identity may write, each once.

        All of them, or an error: half a list would look like rights that were taken away. What cannot be
        judged counts as allowing to write. Conditions and limits from elsewhere are not weighed: it is
        the most that somebody may.

        Raises:
            ProviderError: Not all of it could be read.
        """
        ...
