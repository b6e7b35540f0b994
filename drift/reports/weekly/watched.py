"""How well was watched in the time of a report: minutes covered, how late we were, canaries, gaps."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from drift.ledger.log import entries, first_recorded_since
from drift.model.evidence import CoverageInterval, EntryKind
from drift.reports.days import Span
from drift.reports.figures import quantile
from drift.reports.pack.registers.covered import Covered, joined, minutes_of
from drift.reports.weekly.counts import Watch
from drift.store.canaries import canaries_due
from drift.store.covered import open_reach, source_read_of
from drift.store.gaps import GapRow, open_gaps
from drift.store.lags import recording_lags

Stretch = tuple[datetime, datetime]

FRESH = timedelta(hours=1)
"""While a week lasts, sources are some minutes behind. What is behind by more is not covered."""


def watch_of(connection: Connection, sources: Collection[str], span: Span, as_of: datetime) -> Watch:
    """Return how well the sources were watched in a span, as far as it is over."""
    until = _over(connection, sources, span, as_of)
    covered = _covered(connection, sources, (min(span.since, until), until))
    lags = sorted(recording_lags(connection, span.since, as_of))
    seen, due = canaries_due(connection, span.since, as_of)
    return Watch(
        covered=minutes_of(covered.by_all),
        of=covered.minutes,
        lag=quantile(lags, 0.5),
        lag_p95=quantile(lags, 0.95),
        canaries_seen=seen,
        canaries_due=due,
        open_gaps=len(open_gaps(connection)),
    )


def _over(connection: Connection, sources: Collection[str], span: Span, as_of: datetime) -> datetime:
    """Return up to when all could be read: while the span lasts, no source is at this very minute."""
    if as_of >= span.until:
        return span.until
    read = [one.up_to for name in sources if (one := source_read_of(connection, name))]
    return max(min(read, default=as_of), as_of - FRESH) if len(read) == len(sources) else as_of


def _covered(connection: Connection, sources: Collection[str], period: Stretch) -> Covered:
    read, missing = _read(connection, sources, period), _missing(open_gaps(connection, with_accepted=True))
    by_source: dict[str, Sequence[Stretch]] = {}
    for name in sources:
        by_source[name] = joined(read.get(name, []))
        # What is missing is left out as if a second source covered only the rest.
        by_source[f"{name} without its gaps"] = list(_rest(period, joined(missing.get(name, []))))
    return Covered(period=period, by_source=by_source)


def _read(connection: Connection, sources: Collection[str], period: Stretch) -> Mapping[str, list[Stretch]]:
    """Return what was read to its end: as the ledger tells, and what it is to be told next."""
    found = defaultdict[str, list[Stretch]](list)
    first = first_recorded_since(connection, period[0])
    for entry in entries(connection, first, kind=EntryKind.COVERAGE):
        if entry.body is None:
            continue
        one = msgspec.json.decode(entry.body, type=CoverageInterval)
        if one.from_at and one.to_at:
            found[one.source].append((one.from_at, one.to_at))
    for name in sources:
        found[name] += open_reach(connection, name)
    return found


def _missing(gaps: Sequence[GapRow]) -> Mapping[str, list[Stretch]]:
    found = defaultdict[str, list[Stretch]](list)
    for row in gaps:
        if row.gap.from_at and row.gap.to_at:
            found[row.gap.source].append((row.gap.from_at, row.gap.to_at))
    return found


def _rest(period: Stretch, missing: Sequence[Stretch]) -> Iterator[Stretch]:
    since, until = period
    for from_at, to_at in missing:
        if since < min(from_at, until):
            yield since, min(from_at, until)
        since = max(since, to_at)
    if since < until:
        yield since, until
