"""The parts of the page of a month: texts, and nothing that still has to be computed."""

from dataclasses import dataclass, replace

from drift.reports.weekly.layout import Health


@dataclass(frozen=True, kw_only=True, slots=True)
class LookBack:
    """One emergency."""

    title: str
    ref: str
    link: str
    """Of the page about it; empty where the configuration does not say where pages are."""
    facts: tuple[tuple[str, str], ...]
    is_open: bool
    """It still asks somebody for something."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthPage:
    """A month in words."""

    subject: str
    title: str
    period: str
    verdict: str
    needs_somebody: bool
    is_covered: bool
    """All of the month was read."""
    none_told: str
    """What is said where there is no emergency."""
    emergencies: tuple[LookBack, ...]
    emergencies_in_all: int
    again: tuple[str, ...]
    """Who or what had several."""
    sample: tuple[Health, ...]
    made_by: str
    ledger: str
    witness: str
    note: str | None
    """The signed checkpoint."""

    @property
    def more(self) -> str:
        """How many emergencies are left out; empty if none is."""
        left = self.emergencies_in_all - len(self.emergencies)
        return f"and {left:,} more: see drift report emergency" if left > 0 else ""

    def cut_to(self, rows: int) -> "MonthPage":
        """Return the page with at most so many emergencies."""
        return replace(self, emergencies=self.emergencies[:rows])
