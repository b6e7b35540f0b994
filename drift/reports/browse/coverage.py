"""What is known to be read of each account, by each source that tells of it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from drift.reports.browse.coverage_days import Run, Span, runs_of, share_of
from drift.reports.figures import percent
from drift.reports.population import Period
from drift.store import meta
from drift.store.columns import UtcTime
from drift.store.covered import SourceRead, source_read_of
from drift.store.enrolment import SOURCE
from drift.store.gaps import GapRow, open_gaps
from drift.store.schema import coverage, source_account, watched

ON_ITS_WAY = timedelta(hours=1)
"""What was logged since then may not have been delivered yet."""

_PARTS = 100_000
"""A share is counted in parts, so that what is not all never reads as all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceCoverage:
    """What one source is known to have told of one account."""

    source: str
    newest_record_at: datetime | None
    """Of the account."""
    read: Span
    """Between these times everything was read that the source was given, but for the gaps."""
    is_never_read: bool
    """It was not yet read to its end, so that nothing is known to be complete."""
    outage: str | None
    """Why it cannot be read now."""
    gaps: tuple[GapRow, ...]
    """Those of the account, and those of the whole source; accepted ones too, which stay gaps."""

    @property
    def gap_spans(self) -> tuple[Span, ...]:
        """When nothing was read."""
        return tuple(Span(since=row.gap.from_at, until=row.gap.to_at) for row in self.gaps)

    def runs(self, now: datetime, within: Period) -> tuple[Run, ...]:
        """Return how the last days were covered, of those that lie `within` a period."""
        end = min(now, within.until) if within.until else now
        read = Span(since=now, until=now) if self.is_never_read else self.read
        return runs_of(read, self.gap_spans, end, within.since)


def coverage_of(
    connection: Connection, accounts: Collection[str] | None = None
) -> Mapping[str, tuple[SourceCoverage, ...]]:
    """Return how each account is covered, or each of these; what no record names is left out."""
    reads = _reads(connection)
    gaps: dict[str, list[GapRow]] = defaultdict(list)
    for gap in open_gaps(connection, with_accepted=True):
        gaps[gap.gap.source].append(gap)
    heard = _heard(connection, accounts)
    outages = {name: meta.read(connection, meta.outage_of(name)) for name in reads}
    found: dict[str, list[SourceCoverage]] = defaultdict(list)
    for source, account in _told(connection, accounts):
        read, since = reads.get(source, (None, None))
        newest_at, from_at = heard.get((source, account), (None, None))
        begins = min((one for one in (since, from_at) if one), default=None)
        found[account].append(
            SourceCoverage(
                source=source,
                newest_record_at=newest_at,
                read=Span(since=begins, until=read.up_to if read else begins),
                is_never_read=read is None,
                outage=outages.get(source),
                gaps=_about(gaps[source], account),
            )
        )
    return {account: tuple(some) for account, some in found.items()}


def covered_between(
    sources: Mapping[str, Sequence[SourceCoverage]], since: datetime, until: datetime
) -> str | None:
    """Return how much of a time is known to be read, in percent; `None` where no source told of anything."""
    every = [one for some in sources.values() for one in some]
    read = [one for one in every if not one.is_never_read and one.read.until]
    if not every:
        return None
    share = share_of(((one.read, one.gap_spans) for one in read), since, until)
    return percent(round((share or 0.0) * len(read) / len(every) * _PARTS), _PARTS)


def not_covered(
    connection: Connection, span: Period, now: datetime, account: str | None = None
) -> str | None:
    """Return how much of a period is covered, in percent, if that is not all of it; else `None`.

    Of all accounts, or of one. What may still be on its way is left out; a period without a beginning has
    that of the watch.
    """
    sources = coverage_of(connection, None if account is None else [account])
    starts = [one.read.since for some in sources.values() for one in some if one.read.since]
    since = span.since or min(starts, default=None)
    until = min(span.until or now, now - ON_ITS_WAY)
    if since is None:
        return "0.0"
    if since >= until:
        return None
    covered = covered_between(sources, since, until) or "0.0"
    return None if covered == "100.0" else covered


def _told(connection: Connection, accounts: Collection[str] | None) -> Sequence[tuple[str, str]]:
    query = select(source_account.c.source, source_account.c.account).where(source_account.c.account != "")
    if accounts is not None:
        query = query.where(source_account.c.account.in_(accounts))
    rows = connection.execute(query.order_by(source_account.c.account, source_account.c.source))
    return [(row.source, row.account) for row in rows]


def _reads(connection: Connection) -> Mapping[str, tuple[SourceRead | None, datetime]]:
    """Return how far each source is read, and since when it is watched."""
    rows = connection.execute(select(watched.c.name, watched.c.since).where(watched.c.kind == SOURCE))
    return {row.name: (source_read_of(connection, row.name), row.since) for row in rows}


def _heard(
    connection: Connection, accounts: Collection[str] | None
) -> Mapping[tuple[str, str], tuple[datetime | None, datetime | None]]:
    """Return the time of the newest record of each account, and since when it is covered."""
    newest = func.max(coverage.c.heard_at, type_=UtcTime()).label("newest")
    begins = func.min(coverage.c.covered_from, type_=UtcTime()).label("begins")
    query = select(coverage.c.source, coverage.c.account, newest, begins)
    if accounts is not None:
        query = query.where(coverage.c.account.in_(accounts))
    rows = connection.execute(query.group_by(coverage.c.source, coverage.c.account))
    return {(row.source, row.account): (row.newest, row.begins) for row in rows}


def _about(gaps: Sequence[GapRow], account: str) -> tuple[GapRow, ...]:
    return tuple(row for row in gaps if row.gap.account in (None, account))
