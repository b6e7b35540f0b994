"""Of which days is a source known to be read? In runs of days that are alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

DAYS = 90
"""How far back coverage is shown."""

DAY = timedelta(days=1)


class DayState(StrEnum):
    """How much of a day is known to be read."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A span of time; `None` leaves an end open."""

    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Days in a row that are covered alike."""

    first: date
    days: int
    state: DayState


def runs_of(
    read: Span, gaps: Sequence[Span], now: datetime, since: datetime | None = None
) -> tuple[Run, ...]:
    """Return how the last days up to `now` were covered that began at or after `since`, the oldest first.

    `read` is what was read but for the gaps. Of today that much counts as was read, unless there is a gap:
    a source is always a little behind.
    """
    today = now.astimezone(UTC).date()
    days = [today - n * DAY for n in range(DAYS - 1, -1, -1)]
    runs: list[Run] = []
    for day in days:
        begin = datetime.combine(day, time(), UTC)
        if since is not None and begin + DAY <= since:
            continue
        end = min(begin + DAY, now) if day != today else _end_of_today(begin, now, read)
        state = _state(begin, end, read, gaps)
        if runs and runs[-1].state is state:
            runs[-1] = Run(first=runs[-1].first, days=runs[-1].days + 1, state=state)
        else:
            runs.append(Run(first=day, days=1, state=state))
    return tuple(runs)


def share_of(spans: Iterable[tuple[Span, Sequence[Span]]], since: datetime, until: datetime) -> float | None:
    """Return which share of a time is covered, of what was read of each and its gaps; `None` of nothing."""
    shares = [_covered(since, until, read, gaps) / (until - since) for read, gaps in spans]
    return sum(shares) / len(shares) if shares else None


def _end_of_today(begin: datetime, now: datetime, read: Span) -> datetime:
    is_behind = read.until is not None and begin < read.until < now
    return read.until if is_behind and read.until else now


def _state(begin: datetime, end: datetime, read: Span, gaps: Sequence[Span]) -> DayState:
    covered = _covered(begin, end, read, gaps)
    if covered == end - begin:
        return DayState.COMPLETE
    return DayState.PARTIAL if covered else DayState.NONE


def _covered(begin: datetime, end: datetime, read: Span, gaps: Sequence[Span]) -> timedelta:
    """Return how much of a time was read and lies in no gap."""
    first = max(begin, read.since) if read.since else begin
    last = min(end, read.until) if read.until else end
    covered = timedelta()
    for gap in sorted(gaps, key=lambda one: one.since or begin):
        gap_begins, gap_ends = gap.since or begin, gap.until or end
        if gap_ends <= first or gap_begins >= last:
            continue
        covered += max(gap_begins - first, timedelta())
        first = max(first, gap_ends)
    return covered + max(last - first, timedelta())
