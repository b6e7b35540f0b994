"""What keeps records as they were delivered."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from drift.model.event import RawRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptBatch:
    """Records that a vault keeps together."""

    name: str
    """The same whenever the vault is asked, and of no other batch of it."""
    open: Callable[[], Sequence[RawRecord]]
    """Return the records, in the order in which they were kept. Raises as `RawVault.read`."""


class RawVault(Protocol):
    """Keeps the records that evidence rests on, byte for byte as they were delivered.

    They hold secrets and personal data, so they lie encrypted, apart from all that is stored, shown
    or sent, and go when the policy says so; the ledger keeps their hashes.
    """

    def keep(self, records: Sequence[RawRecord], kept_at: datetime) -> None:
        """Keep these records; once it returns, they outlive a crash of the machine.

        Keeping a record again is harmless, and lets it stay as long as the later time says.

        Raises:
            ProviderUnavailableError: Trying again later may succeed.
            ProviderAccessError: The key or a permission is missing.
            ProviderResponseError: A record is not what its hash says; nothing is kept.
        """
        ...

    def check(self) -> str:
        """Try whether records could be kept and erased, leaving none behind; say what was seen.

        Raises:
            ProviderError: They could not be kept; a permission that is missing is named.
        """
        ...

    def read(self, sha256: str) -> bytes | None:
        """Return the record of this hash, or `None` if it was never kept or is erased.

        Raises:
            ProviderUnavailableError: Trying again later may succeed.
            ProviderAccessError: The key that it was kept under, or a permission, is missing.
            ProviderResponseError: What is kept was altered, or `sha256` is no hash.
        """
        ...

    def batches(self, since: datetime, until: datetime | None = None) -> Iterator[KeptBatch]:
        """Yield what was kept between two times, those of the oldest day first, always in the same order.

        When a record was kept says when it was read, not when the call was made. There may be records
        that were kept a little earlier or later, but for less than a day.

        Raises:
            ProviderError: What is kept cannot be listed; what was yielded before stands.
        """
        ...

    def forget(self, is_meant: Callable[[bytes], bool]) -> int:
        """Erase each record for which this is true, and no other; return how many it was.

        What lies in one file with them is kept anew before the file goes.

        Raises:
            ProviderError: Not every record could be looked at or erased; what was erased before stays so.
        """
        ...

    def count(self, before: datetime) -> int:
        """Return how many records `erase` would erase.

        Raises:
            ProviderError: They cannot be looked at.
        """
        ...

    def erase(self, before: datetime) -> int:
        """Erase what was kept before this time, and nothing newer; return how many records it was.

        A vault may hold back what is hardly older, but for less than a day.

        Raises:
            ProviderError: They cannot be erased, or not all of them.
        """
        ...
