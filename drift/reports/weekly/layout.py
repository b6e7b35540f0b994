"""The parts of a page of the weekly report: texts, and nothing that still has to be computed."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """One number in large type."""

    title: str
    value: str
    note: str
    delta: str
    is_notable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionLine:
    """One row of "needs action"."""

    age: str
    severity: str
    resource: str
    who: str
    what: str
    missing: str
    owner: str
    """Empty where nobody is named for it."""
    due: str
    """Empty where no policy says by when."""
    is_overdue: bool
    ref: str
    link: str
    """Of the page about it; empty where the configuration does not say where pages are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows of text under a headline."""

    title: str
    rows: tuple[tuple[str, str, str], ...]
    in_all: int
    """How many rows there would be."""

    @property
    def more(self) -> str:
        """How many are left out; empty if none is."""
        left = self.in_all - len(self.rows)
        return f"and {left:,} more" if left > 0 else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One week of a chart."""

    week: str
    value: str
    """What stands above it: short, or a dash where nobody watched."""
    height: int
    """Of the bar, of at most `TALLEST`; 0: none."""


TALLEST = 36
"""Pixels, in a mail."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """The same count, week for week; the last bar is this week's."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """A line on how the detector is."""

    text: str
    is_bad: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The report in words. A part that its readers are not shown is empty."""

    subject: str
    title: str
    verdict: str
    needs_somebody: bool
    coverage: str
    is_covered: bool
    first_days: tuple[str, ...]
    """On the opening register and on what is only observed; empty once both are over."""
    tiles: tuple[Tile, ...]
    actions: tuple[ActionLine, ...]
    actions_in_all: int
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...]
    health: tuple[Health, ...]
    controls: tuple[Health, ...]
    definitions: str
    """What the words mean, and how far it can be known that nothing is missing."""
    period: str
    made_by: str
    ledger: str
    """How far the ledger goes, its root, and the key that signed that."""
    witness: str
    note: str | None
    """The signed checkpoint."""

    @property
    def more_actions(self) -> str:
        """How many rows are left out; empty if none is."""
        left = self.actions_in_all - len(self.actions)
        return f"and {left:,} more: see drift changes and drift findings" if left > 0 else ""

    def cut_to(self, rows: int) -> "Page":
        """Return the page with at most so many rows of each table, and so many lines on the detector."""
        left = len(self.health) - rows
        more = (Health(text=f"and {left:,} more lines: drift status", is_bad=False),) if left > 0 else ()
        return replace(
            self,
            actions=self.actions[:rows],
            tables=tuple(replace(one, rows=one.rows[:rows]) for one in self.tables),
            health=(*self.health[:rows], *more),
        )
