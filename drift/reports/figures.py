"""How reports write figures: always so many of so many, and times that were really taken."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil


def quantile(values: Sequence[timedelta], share: float) -> timedelta | None:
    """Return the nearest rank of values in their order: one that was really taken; `None` of none."""
    return values[max(0, ceil(len(values) * share) - 1)] if values else None


def seconds(length: timedelta | None) -> int | None:
    """Return a duration in whole seconds; negative where something came before it was due to begin."""
    return None if length is None else round(length.total_seconds())


def ratio(number: int, of: int) -> str:
    """Write a share as it was counted: `3/40`."""
    return f"{number}/{of}"


def percent(number: int, of: int) -> str | None:
    """Write a share in percent; `None` of nothing. What is not all never reads as 100."""
    if not of:
        return None
    return "100.0" if number == of else f"{min(number / of * 100, 99.9):.1f}"
