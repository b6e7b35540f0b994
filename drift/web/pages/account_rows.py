"""Accounts as their pages show them: how each is treated, and which days of it are known to be read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from drift.model.coverage import GapKind
from drift.model.enrolment import Mode
from drift.reports.browse.accounts import AccountRow
from drift.reports.browse.coverage import SourceCoverage
from drift.reports.browse.coverage_days import DAYS, DayState, Run
from drift.reports.population import Period
from drift.reports.wording import counted
from drift.store.gaps import GapRow

UNKNOWN = "unknown"

_WORDS = {
    DayState.COMPLETE: "complete",
    DayState.PARTIAL: "in part",
    DayState.NONE: "not at all",
    UNKNOWN: "before the watch",
}
"""How much of a day was read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """Days in a row that are covered alike."""

    x: int
    days: int
    state: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Strip:
    """What one source is known to have told of an account, day by day."""

    source: str
    state: str
    note: str
    """Why it cannot be read."""
    newest_at: datetime | None
    read_since: datetime | None
    read_until: datetime | None
    cells: tuple[Cell, ...]
    width: int
    """Days."""
    words: str
    """The same as the cells, in words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountLine:
    """One account."""

    account: str
    environment: str
    unit: str
    mode: Mode
    mode_since: datetime | None
    strips: tuple[Strip, ...]
    open_findings: int
    changes: str
    gaps: int
    """Those that nobody accepted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GapLine:
    """What is known not to have been seen."""

    gap_id: str
    kind: GapKind
    source: str
    place: str
    error: str
    owner: str
    opened_at: datetime
    from_at: datetime | None
    to_at: datetime | None
    accepted_by: str
    """Empty where nobody accepted it."""
    accepted_because: str


def account_line(row: AccountRow, now: datetime, within: Period) -> AccountLine:
    """Say how an account stands."""
    many = f"more than {row.changes.number:,}" if row.changes.is_more else f"{row.changes.number:,}"
    return AccountLine(
        account=row.account,
        environment=row.environment or "no environment claims it",
        unit=row.unit or "",
        mode=row.mode,
        mode_since=row.mode_since,
        strips=tuple(strip(one, now, within) for one in row.sources),
        open_findings=row.open_findings,
        changes=many,
        gaps=len({gap.gap_id for one in row.sources for gap in one.gaps if gap.gap.accepted is None}),
    )


def strip(one: SourceCoverage, now: datetime, within: Period, *, by_day: bool = False) -> Strip:
    """Say of which days a source is read, in runs of days or each by itself."""
    runs = tuple(_runs(one, now, within))
    cells = tuple(_cells(_days(runs) if by_day else runs))
    return Strip(
        source=one.source,
        state="never read" if one.is_never_read else "outage" if one.outage else "read",
        note=one.outage or "",
        newest_at=one.newest_record_at,
        read_since=one.read.since,
        read_until=None if one.is_never_read else one.read.until,
        cells=cells,
        width=max(1, min(DAYS, sum(cell.days for cell in cells))),
        words=_in_words(cells),
    )


def _runs(one: SourceCoverage, now: datetime, within: Period) -> Iterator[tuple[date, int, str]]:
    """Yield runs of days; those before the watch began apart from those that it missed."""
    begins = one.read.since.date() if one.read.since else None
    for run in one.runs(now, within):
        before = _before(run, begins)
        if before:
            yield run.first, before, UNKNOWN
        if run.days > before:
            yield run.first + timedelta(days=before), run.days - before, run.state


def _before(run: Run, begins: date | None) -> int:
    if run.state is not DayState.NONE or begins is None:
        return 0
    return min(run.days, max(0, (begins - run.first).days))


def _days(runs: Iterable[tuple[date, int, str]]) -> Iterator[tuple[date, int, str]]:
    for first, days, state in runs:
        yield from ((first + timedelta(days=number), 1, state) for number in range(days))


def _cells(runs: Iterable[tuple[date, int, str]]) -> Iterator[Cell]:
    x = 0
    for first, days, state in runs:
        last = first + timedelta(days=days - 1)
        when = f"{first}" if days == 1 else f"{first} to {last}"
        yield Cell(x=x, days=days, state=state, label=f"{when}: {_WORDS[state]}")
        x += days


def _in_words(cells: Iterable[Cell]) -> str:
    numbers: dict[str, int] = {}
    for cell in cells:
        numbers[cell.state] = numbers.get(cell.state, 0) + cell.days
    told = [f"{counted(numbers[state], 'day')} {_WORDS[state]}" for state in _WORDS if state in numbers]
    return ", ".join(told) or "no day is known"


def gap_lines(sources: Iterable[SourceCoverage]) -> tuple[GapLine, ...]:
    """Return every gap of an account once, those that nobody accepted first."""
    rows = {row.gap_id: row for one in sources for row in one.gaps}
    return tuple(map(_gap, sorted(rows.values(), key=lambda row: (row.gap.accepted is not None, row.gap_id))))


def _gap(row: GapRow) -> GapLine:
    gap, accepted = row.gap, row.gap.accepted
    whole = "every account of the source"
    place = " ".join(filter(None, (gap.account, gap.region))) or whole
    return GapLine(
        gap_id=row.gap_id,
        kind=gap.kind,
        source=gap.source,
        place=f"{place}, {gap.name}" if gap.name else place,
        error=gap.error,
        owner=gap.owner or "nobody",
        opened_at=gap.opened_at,
        from_at=gap.from_at,
        to_at=gap.to_at,
        accepted_by=accepted.by if accepted else "",
        accepted_because=accepted.reason if accepted else "",
    )
