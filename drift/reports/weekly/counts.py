"""The counts of the weekly report: by team, by week, by control, and how well was watched."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamChanges:
    """How much was changed by hand of what a team answers for."""

    team: str | None
    """`None`: of what no rule names, where there is no default team."""
    changes: int
    writes: int
    unticketed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeBy:
    """How many changes one person made by hand. Nothing ranks people unless the configuration asks for it."""

    name: str
    changes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekCount:
    """One week of the twelve."""

    since: datetime
    manual_writes: int
    unticketed: int
    is_watched: bool
    """Something was read of it: otherwise nobody knows, which is not zero."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlCount:
    """What the tests of one criterion found, counted by change."""

    criterion: str
    """`CC8.1` or `CC7.1`."""
    passed: int = 0
    failed: int = 0
    not_evaluable: int = 0

    @property
    def of(self) -> int:
        """Of how many changes something was asked."""
        return self.passed + self.failed + self.not_evaluable


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """How well was watched."""

    covered: int = 0
    """Minutes in which every source was read to its end."""
    of: int = 0
    """Minutes of the time that the report is of, as far as it is over."""
    lag: timedelta | None = None
    """From a write to our record of it: the median; `None` where nothing was written."""
    lag_p95: timedelta | None = None
    canaries_seen: int = 0
    """In time, of those that were due."""
    canaries_due: int = 0
    open_gaps: int = 0
    """That are open now, of whatever time."""

    @property
    def is_complete(self) -> bool:
        """Every minute was covered by every source."""
        return 0 < self.of == self.covered
