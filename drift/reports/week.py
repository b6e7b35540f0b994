"""Weeks as ISO 8601 counts them, in UTC, from Monday to Monday."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_NAME = re.compile(r"(2\d{3})-W(\d{2})", re.ASCII)
"""Of this millennium: older records there are none, and the calendar has no week before its first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """One week."""

    year: int
    number: int

    @property
    def since(self) -> datetime:
        """The beginning of its Monday."""
        return datetime.combine(date.fromisocalendar(self.year, self.number, 1), time(), UTC)

    @property
    def until(self) -> datetime:
        """The beginning of the next one's."""
        return self.since + timedelta(weeks=1)

    @property
    def previous(self) -> "Week":
        """The week before."""
        return week_at(self.since - timedelta(days=1))

    def holds(self, at: datetime) -> bool:
        """Tell whether a time lies in it."""
        return self.since <= at < self.until

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.number:02}"


def week_at(at: datetime) -> Week:
    """Return the week that a time lies in."""
    calendar = at.astimezone(UTC).isocalendar()
    return Week(year=calendar.year, number=calendar.week)


def week_called(name: str) -> Week:
    """Return the week that is written `2026-W47`.

    Raises:
        ValueError: There is no such week.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f'"{name}" is no week')
    return week_at(datetime.combine(date.fromisocalendar(int(found[1]), int(found[2]), 1), time(), UTC))
