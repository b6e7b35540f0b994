"""Records up to when each source is read, of which accounts and regions.

An entry is made at once for what a source tells of for the first time, then at most once an hour
where something was read, and once a day where nothing was.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from drift.ledger.entry import NewEntry
from drift.ledger.log import append_all
from drift.model.coverage import Gap, GapKind, SourceRules
from drift.model.evidence import CoverageInterval, EntryKind
from drift.stages.record.gaps import close_gap, open_gap, outage_of
from drift.store import covered, meta
from drift.store.covered import Place, SourceRead
from drift.store.gaps import gap_id_of

AT_MOST_EVERY = timedelta(hours=1)
AT_LEAST_EVERY = timedelta(days=1)

_NEVER = datetime.min.replace(tzinfo=UTC)


def record_coverage(
    connection: Connection, source: str, up_to: datetime, rules: SourceRules, now: datetime
) -> None:
    """Record that a source was read to its end at `now`, and so has told everything older than `up_to`.

    That fills the gap of an outage, unless the source keeps things for a shorter time than it lasted.
    """
    before = covered.source_read_of(connection, source)
    up_to = max(up_to, before.up_to) if before else up_to
    _end_outage(connection, source, before, up_to, rules, now)
    covered.begin_places(connection, source, up_to)
    covered.keep_source_read(connection, source, now, up_to)
    due = covered.places_to_record(
        connection, source, told_before=now - AT_MOST_EVERY, quiet_before=now - AT_LEAST_EVERY
    )
    bodies = [_interval(place, up_to) for place in due]
    append_all(
        connection,
        [NewEntry(kind=EntryKind.COVERAGE, ref=source, body=body, recorded_at=now) for body in bodies],
    )
    for place, body in zip(due, bodies, strict=True):
        covered.mark_recorded(connection, place.span, up_to=body.to_at, recorded_at=now)


def record_history(connection: Connection, source: str, now: datetime) -> None:
    """Record what was read of an archive: from the first to the last record of each place, and no more.

    Nobody says that an archive is whole.
    """
    due = covered.places_to_record(connection, source, told_before=now, quiet_before=_NEVER)
    for place in due:
        span = place.span
        body = CoverageInterval(
            source=source,
            account=span.account,
            region=span.region,
            from_at=span.first_at,
            to_at=span.last_at,
            records=span.records,
            unreadable=span.unreadable,
            first_at=span.first_at,
            last_at=span.last_at,
        )
        append_all(connection, [NewEntry(kind=EntryKind.COVERAGE, ref=source, body=body, recorded_at=now)])
        covered.mark_recorded(connection, span, up_to=span.last_at, recorded_at=now)


def _end_outage(
    connection: Connection,
    source: str,
    before: SourceRead | None,
    up_to: datetime,
    rules: SourceRules,
    now: datetime,
) -> None:
    meta.forget(connection, meta.outage_of(source))
    outage = outage_of(connection, source)
    kept_since = None if rules.retention is None else now - rules.retention
    if before is not None and kept_since is not None and before.up_to < kept_since:
        opened_at = outage.gap.opened_at if outage else now
        lost = Gap(
            kind=GapKind.LOST,
            source=source,
            error="it was not read for longer than it keeps what it delivers",
            owner=rules.owner,
            opened_at=opened_at,
            from_at=before.up_to,
            to_at=kept_since,
        )
        gap_id = outage.gap_id if outage else gap_id_of(GapKind.LOST, source, before.up_to.isoformat())
        open_gap(connection, gap_id, lost, now)
        covered.break_places(connection, source, kept_since)
    elif outage is not None:
        close_gap(connection, outage, up_to, now)


def _interval(place: Place, up_to: datetime) -> CoverageInterval:
    span = place.span
    is_placed = span.account is not None or span.region is not None
    from_at = place.recorded_to or place.covered_from if is_placed else None
    return CoverageInterval(
        source=span.source,
        account=span.account,
        region=span.region,
        from_at=from_at,
        to_at=max(from_at, up_to) if from_at else None,
        records=span.records,
        unreadable=span.unreadable,
        first_at=span.first_at,
        last_at=span.last_at,
        contiguous_since=place.covered_from if is_placed else None,
    )
