"""Up to when each source is read, and of which accounts and regions that holds.

A source that was read to its end has told everything that is old enough, of every account and
region alike. So one row says how far it is read, and each place only since when.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from drift.model.coverage import ReadSpan
from drift.store.schema import coverage, funnel, source_read
from drift.store.upsert import insert_or_update

_HOUR = "%Y-%m-%dT%H"


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRead:
    """How far a source is read."""

    since: datetime
    """When it was read to its end for the first time."""
    read_at: datetime
    """When it was for the last time."""
    up_to: datetime
    """Everything older was delivered, and is read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """An account and region, and what was read of it since that was recorded last."""

    span: ReadSpan
    covered_from: datetime | None
    recorded_to: datetime | None
    """Where the last entry ended; `None` before the first."""


def source_read_of(connection: Connection, source: str) -> SourceRead | None:
    """Return how far a source is read; `None` where it never was read to its end."""
    row = connection.execute(select(source_read).where(source_read.c.source == source)).one_or_none()
    return None if row is None else SourceRead(since=row.since, read_at=row.read_at, up_to=row.read_up_to)


def open_reach(connection: Connection, source: str) -> list[tuple[datetime, datetime]]:
    """Return what is read of the places of a source, and in no entry of the ledger yet."""
    read = source_read_of(connection, source)
    if read is None:
        return []
    begins = func.coalesce(
        coverage.c.recorded_to, coverage.c.covered_from, type_=coverage.c.covered_from.type
    )
    rows = connection.execute(select(begins).where(coverage.c.source == source)).scalars()
    return [(begin, read.up_to) for begin in rows if begin is not None and begin < read.up_to]


def keep_source_read(connection: Connection, source: str, read_at: datetime, up_to: datetime) -> None:
    """Note that a source was read to its end."""
    values = {"read_at": read_at, "read_up_to": up_to}
    key = {"source": source, "since": read_at}
    insert_or_update(connection, source_read, {**key, **values}, values)


def begin_places(connection: Connection, source: str, up_to: datetime) -> None:
    """Let the intervals of what the source told of for the first time begin with its oldest record."""
    is_new = and_(coverage.c.source == source, coverage.c.covered_from.is_(None))
    begins = func.coalesce(coverage.c.from_at, up_to, type_=coverage.c.from_at.type)
    connection.execute(update(coverage).where(is_new).values(covered_from=begins))


def break_places(connection: Connection, source: str, at: datetime) -> None:
    """Let every interval of a source begin anew: what lies before is not known to be read."""
    values = {"covered_from": at, "recorded_to": at}
    connection.execute(update(coverage).where(coverage.c.source == source).values(values))


def places_to_record(
    connection: Connection, source: str, *, told_before: datetime, quiet_before: datetime
) -> Sequence[Place]:
    """Return the places whose last entry is from before `told_before`, and of which something was read since.

    Of those of which nothing was, the ones whose entry is from before `quiet_before`.
    """
    was_told = or_(coverage.c.records > 0, coverage.c.unreadable > 0)
    is_due = or_(
        coverage.c.recorded_at.is_(None),
        and_(was_told, coverage.c.recorded_at <= told_before),
        coverage.c.recorded_at <= quiet_before,
    )
    rows = connection.execute(
        select(coverage)
        .where(coverage.c.source == source, is_due)
        .order_by(coverage.c.account, coverage.c.region)
    )
    return [
        Place(span=_span(row), covered_from=row.covered_from, recorded_to=row.recorded_to) for row in rows
    ]


def mark_recorded(
    connection: Connection, span: ReadSpan, *, up_to: datetime | None, recorded_at: datetime
) -> None:
    """Note that the ledger has what was read of a place, and count from nothing again."""
    connection.execute(
        update(coverage)
        .where(
            coverage.c.source == span.source,
            coverage.c.account == (span.account or ""),
            coverage.c.region == (span.region or ""),
        )
        .values(from_at=None, to_at=None, records=0, unreadable=0, recorded_to=up_to, recorded_at=recorded_at)
    )


def heard_before(connection: Connection, source: str, time: datetime) -> Mapping[str, datetime]:
    """Return the accounts of which a source told nothing since `time`, and when it did last."""
    newest = func.max(coverage.c.heard_at, type_=coverage.c.heard_at.type)
    rows = connection.execute(
        select(coverage.c.account, newest.label("heard_at"))
        .where(coverage.c.source == source, coverage.c.account != "")
        .group_by(coverage.c.account)
        .having(newest < time)
    )
    return {row.account: row.heard_at for row in rows}


def heard_at_of(connection: Connection, source: str, account: str | None = None) -> datetime | None:
    """Return the time of the newest record of a source, of all or about one account."""
    newest = func.max(coverage.c.heard_at, type_=coverage.c.heard_at.type)
    where = [coverage.c.source == source]
    if account is not None:
        where.append(coverage.c.account == account)
    heard_at: datetime | None = connection.execute(select(newest).where(*where)).scalar_one()
    return heard_at


def hours_heard(
    connection: Connection, source: str, account: str, since: datetime, until: datetime
) -> Sequence[datetime]:
    """Return the beginnings of the hours in which a source told something of an account, in order."""
    inside = (funnel.c.hour >= f"{since:{_HOUR}}", funnel.c.hour <= f"{until:{_HOUR}}")
    rows = connection.execute(
        select(funnel.c.hour)
        .where(funnel.c.source == source, funnel.c.account == account, *inside)
        .distinct()
        .order_by(funnel.c.hour)
    )
    return [datetime.strptime(hour, _HOUR).replace(tzinfo=UTC) for hour in rows.scalars()]


def _span(row: Row[tuple[object, ...]]) -> ReadSpan:
    return ReadSpan(
        source=row.source,
        account=row.account or None,
        region=row.region or None,
        first_at=row.from_at,
        last_at=row.to_at,
        records=row.records,
        unreadable=row.unreadable,
    )
