"""How much may be asked of a source, and how much was."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

GIGABYTE = 10**9
"""Bytes, as clouds bill them."""


class BudgetUnit(StrEnum):
    """What is counted, in which period of the calendar in UTC; called as the setting that limits it."""

    REQUESTS_A_DAY = "max_requests_per_day"
    BYTES_A_MONTH = "max_gigabytes_per_month"

    def period_of(self, at: datetime) -> str:
        """Return the period that a time lies in: `2026-11-30`, or `2026-11`."""
        form = "%Y-%m-%d" if self is self.REQUESTS_A_DAY else "%Y-%m"
        return at.astimezone(UTC).strftime(form)

    def next_after(self, at: datetime) -> datetime:
        """Return when the next period begins."""
        day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if self is self.REQUESTS_A_DAY:
            return day + timedelta(days=1)
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """What may be asked of a source. `None`: as much as it takes."""

    requests_a_day: int | None = None
    bytes_a_month: int | None = None
    """Of records, not compressed."""

    @property
    def limits(self) -> tuple[tuple[BudgetUnit, int], ...]:
        """What is limited, and to how much."""
        both = (
            (BudgetUnit.REQUESTS_A_DAY, self.requests_a_day),
            (BudgetUnit.BYTES_A_MONTH, self.bytes_a_month),
        )
        return tuple((unit, limit) for unit, limit in both if limit is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetUse:
    """How much of a budget is used up."""

    source: str
    unit: BudgetUnit
    period: str
    """In which it was."""
    used: int
    limit: int

    @property
    def is_spent(self) -> bool:
        """Nothing is left."""
        return self.used >= self.limit


def told(unit: BudgetUnit, number: int) -> str:
    """Say a number of this unit."""
    if unit is BudgetUnit.REQUESTS_A_DAY:
        return f"{number:,} requests a day"
    return f"{number / GIGABYTE:,.3g} GB a month"
