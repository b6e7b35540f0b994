"""Months of the calendar, in UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Month:
    """One month."""

    year: int
    number: int

    @property
    def since(self) -> datetime:
        """Its beginning."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """The beginning of the next one."""
        return self.next.since

    @property
    def next(self) -> "Month":
        """The month after."""
        return Month(year=self.year + self.number // 12, number=self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        """The month before."""
        return Month(year=self.year - (self.number == 1), number=(self.number - 2) % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


def month_at(at: datetime) -> Month:
    """Return the month that a time lies in."""
    day = at.astimezone(UTC)
    return Month(year=day.year, number=day.month)


def month_called(name: str) -> Month:
    """Return the month that is written `2026-11`.

    Raises:
        ValueError: There is no such month.
    """
    return month_at(datetime.strptime(name, "%Y-%m").replace(tzinfo=UTC))
