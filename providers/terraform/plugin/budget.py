"""How fast an account's APIs may be asked: a share of what the cloud grants the account.

The production that is watched lives on the same budget. So a scan takes its share only, and
when the cloud turns it away, it waits longer each time, for that API alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeAlias

from providers.request_budget import Bucket
from providers.terraform.plugin.table import Budget

Place: TypeAlias = tuple[str | None, str | None]
"""Account and region."""

MOST_PAUSES = 6
"""How often one read is turned away before it is given up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Toll:
    """What a read costs, and whom."""

    bucket: Bucket
    calls: float


class Budgets:
    """The buckets, by place (account and region), provider and API. They outlive a single scan."""

    def __init__(self, share: float) -> None:
        """Take this share of everything that is granted."""
        self._share = share
        self._buckets: dict[tuple[Place, str, str], Bucket] = {}
        self._tolls: dict[tuple[Place, str, bool], Toll] = {}

    def toll(self, place: Place, type_: str, rows: Sequence[Budget], now: float) -> Toll:
        """Return what a read of this type costs at a place."""
        known = (place, type_, bool(rows))
        if known not in self._tolls:
            row = next((one for one in rows if any(fnmatchcase(type_, each) for each in one.types)), None)
            provider, _, rest = type_.partition("_")
            key = (place, provider, row.api if row and row.api else rest.partition("_")[0])
            if key not in self._buckets:
                self._buckets[key] = self._full(row, now)
            self._tolls[known] = Toll(bucket=self._buckets[key], calls=row.calls if row else 1)
        return self._tolls[known]

    def _full(self, row: Budget | None, now: float) -> Bucket:
        if row is None:
            return Bucket(per_second=0, burst=0, level=0, filled_at=now)
        burst = row.burst * self._share
        return Bucket(per_second=row.per_second * self._share, burst=burst, level=burst, filled_at=now)
