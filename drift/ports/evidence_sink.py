"""What takes the auditor's evidence where others work with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class PackFile:
    """One file of a pack."""

    path: str
    """Within the pack, with `/`."""
    sha256: str
    """Hex, as the signed manifest has it."""
    size: int
    read: Callable[[], bytes]
    """Return its content.

    Raises:
        LedgerIntegrityError: It is not the one that the manifest names.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class HandedPack:
    """A pack that was exported, as sinks are given it."""

    manifest_sha256: str
    """Names it: the same in the ledger, which tells that it was exported."""
    since: datetime | None
    until: datetime | None
    is_whole: bool
    """It reaches from the beginning of the observation period, or before, up to its export."""
    files: Mapping[str, PackFile]
    """By their paths, in this order."""


class EvidenceSink(Protocol):
    """A place that takes a pack, in parcels of which each is delivered by itself.

    Whatever breaks off is gone on with after the last parcel that arrived. One may be delivered twice, if the
    program was stopped before it could note that it arrived.
    """

    def parcels(self, pack: HandedPack) -> Sequence[str]:
        """Return the names of what it takes of a pack, in the order in which it wants them.

        Raises:
            ProviderResponseError: It cannot take this pack: something that it was told to take is not in
                it, or taking it would lose what an earlier one told.
        """
        ...

    def deliver(self, pack: HandedPack, parcel: str) -> str:
        """Deliver a parcel, and return by what it is found there.

        Raises:
            ProviderUnavailableError: Trying again later may succeed.
            ProviderAccessError: The credentials are refused, or lack a permission, which is named.
            ProviderResponseError: It is refused for what it is.
        """
        ...

    def check(self) -> str:
        """Try whether it could take something, as far as that leaves nothing behind; say what was seen.

        Raises:
            ProviderError: It could not.
        """
        ...
