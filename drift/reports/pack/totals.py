"""Control totals: how many rows of a listing there are of each month, account, lane ..."""

from collections import Counter
from typing import Any

from drift.reports.pack.cells import cell
from drift.reports.pack.listing import Fields, Listing

UNKNOWN = "not known"
"""Stands for what a row does not say."""


class Totals:
    """Counts rows by the columns that their listing names, and by the month of its time."""

    def __init__(self, listing: Listing) -> None:
        self._columns, self._dated_by = listing.totals, listing.dated_by
        self._counted = {name: Counter[str]() for name in self._columns}
        self._months = Counter[str]()

    def add(self, row: Fields) -> None:
        """Count one row."""
        for name, counter in self._counted.items():
            counter[cell(row.get(name)) or UNKNOWN] += 1
        if self._dated_by is not None:
            time = row.get(self._dated_by)
            self._months[time[: len("2026-11")] if isinstance(time, str) else UNKNOWN] += 1

    @property
    def counts(self) -> dict[str, Any]:
        """The counts by what they are of, each sorted."""
        months = {"month": self._months} if self._dated_by is not None else {}
        return {name: dict(sorted(counter.items())) for name, counter in {**months, **self._counted}.items()}
