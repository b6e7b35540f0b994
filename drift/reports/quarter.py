"""Quarters of the calendar, in UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_NAME = re.compile(r"([2][0-9]{3})-Q([1-4])", re.ASCII)
"""Of this millennium, as with weeks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarter:
    """One quarter."""

    year: int
    number: int

    @property
    def since(self) -> datetime:
        """Its beginning."""
        return datetime(self.year, 3 * self.number - 2, 1, tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """The beginning of the next one."""
        return Quarter(year=self.year + self.number // 4, number=self.number % 4 + 1).since

    @property
    def previous(self) -> "Quarter":
        """The quarter before."""
        return Quarter(year=self.year - (self.number == 1), number=(self.number - 2) % 4 + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-Q{self.number}"


def quarter_at(at: datetime) -> Quarter:
    """Return the quarter that a time lies in."""
    day = at.astimezone(UTC)
    return Quarter(year=day.year, number=(day.month + 2) // 3)


def quarter_called(name: str) -> Quarter:
    """Return the quarter that is written `2026-Q4`.

    Raises:
        ValueError: There is no such quarter.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f'"{name}" is no quarter')
    return Quarter(year=int(found[1]), number=int(found[2]))
