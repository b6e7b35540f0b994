"""Any whole days, in UTC, where a report is asked for that is not of a week."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from drift.reports.week import Week

MOST = 400
"""Days: a report of years would read all that there ever was."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Days:
    """From the beginning of one day to the beginning of another, which counts no more."""

    since: datetime
    until: datetime

    @property
    def previous(self) -> "Days":
        """As many days, just before."""
        return Days(since=self.since - (self.until - self.since), until=self.since)

    def holds(self, at: datetime) -> bool:
        """Tell whether a time lies in them."""
        return self.since <= at < self.until

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d} to {self.until - timedelta(days=1):%Y-%m-%d}"


Span = Week | Days
"""What a report is of."""


def days_between(first: date, last: date) -> Days:
    """Return the days from the first to the last, which both count.

    Raises:
        ValueError: They are none, or too many.
    """
    if not 0 <= (last - first).days < MOST:
        raise ValueError(f"{first} to {last} are no days of a report: at least 1, and at most {MOST}")
    return Days(since=_midnight(first), until=_midnight(last) + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
