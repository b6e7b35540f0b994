"""What people look up: queries that only read, and that no stage needs."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, or_, select

from drift.model.change import SESSION_LIMIT, Write
from drift.model.event import Fate
from drift.model.finding import OPEN, FindingKind
from drift.model.verdict import Disposition, Severity
from drift.store.addresses import is_same_row
from drift.store.changes import ChangeRow, changes
from drift.store.findings import FindingRow, findings
from drift.store.late import in_time
from drift.store.outbox import DeliveryStatus
from drift.store.schema import (
    baseline,
    change,
    change_write,
    declared,
    declared_name,
    finding,
    funnel,
    outbox,
    write,
)
from drift.store.upsert import in_chunks

UNSETTLED = (Disposition.PENDING, Disposition.UNTICKETED, Disposition.RETROACTIVE, Disposition.EMERGENCY)
"""Somebody may still have to act on these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertRow:
    """One message about a session, to one notifier."""

    client_id: str
    notifier: str
    status: DeliveryStatus
    attempts: int
    last_error: str | None
    reference: str | None
    created_at: datetime
    sent_at: datetime | None


def changes_called(connection: Connection, ids: Collection[str]) -> Iterator[ChangeRow]:
    """Yield the changes with these ids; one that is not there is left out."""
    for some in in_chunks(ids):
        yield from changes(connection, change.c.change_id.in_(some))


def changes_between(
    connection: Connection,
    since: datetime | None,
    until: datetime | None,
    dispositions: Collection[Disposition] = (),
) -> Iterator[ChangeRow]:
    """Yield the changes that began at or after `since` and before `until`, in that order.

    With `dispositions` only those; a change that is not judged yet is pending.
    """
    yield from changes(connection, *_began(since, until), *_stands(dispositions))


def changes_in(connection: Connection, since: datetime, until: datetime) -> Iterator[ChangeRow]:
    """Yield the changes that lie in a span, or reach into it, in order of their first write."""
    # No change is longer than the limit, so an index finds them by when they began.
    begun = change.c.began_at.between(since - SESSION_LIMIT, until)
    yield from changes(connection, begun, change.c.ended_at >= since)


def changes_to_report(connection: Connection, since: datetime, until: datetime) -> Iterator[ChangeRow]:
    """Yield the changes that began in a span, and earlier ones that may still need somebody.

    Also those to a resource that stands differently from its declaration, whenever they were made.
    """
    odd = select(finding.c.resource_id).where(finding.c.status.in_(OPEN))
    names_of_odd = (
        select(declared_name.c.name)
        .join(declared, is_same_row)
        .where(declared.c.resource_id.in_(odd), declared_name.c.of_type == "")
    )
    is_odd = or_(change.c.resource_id.in_(odd), change.c.resource_key.in_(names_of_odd))
    may_need_somebody = or_(
        change.c.disposition.in_(UNSETTLED), change.c.severity == Severity.CRITICAL, is_odd
    )
    yield from changes(
        connection, change.c.began_at < until, or_(change.c.began_at >= since, may_need_somebody)
    )


def changes_with(connection: Connection, event_keys: Collection[str]) -> list[ChangeRow]:
    """Return the changes that these events belong to, in order of their first write."""
    found: dict[str, ChangeRow] = {}
    in_time(connection)
    for some in in_chunks(event_keys):
        holding = select(change_write.c.change_id).where(change_write.c.write_key.in_(some))
        found.update(
            (row.change.change_id, row) for row in changes(connection, change.c.change_id.in_(holding))
        )
    return sorted(found.values(), key=lambda row: (row.change.began_at, row.change.change_id))


def findings_of(
    connection: Connection, kinds: Collection[FindingKind] = (), *, with_resolved: bool = False
) -> Iterator[FindingRow]:
    """Yield the findings of these kinds, or of all, the worst first, and of these the oldest."""
    only_open = () if with_resolved else (finding.c.status.in_(OPEN),)
    only_kinds = (finding.c.kind.in_(kinds),) if kinds else ()
    # Sorting is stable, and they come the oldest first.
    yield from sorted(
        findings(connection, *only_open, *only_kinds), key=lambda row: -row.finding.severity.rank
    )


def has_writes(connection: Connection, since: datetime, until: datetime) -> bool:
    """Tell whether any write of a span was kept."""
    inside = and_(write.c.occurred_at >= since, write.c.occurred_at < until)
    return bool(in_time(connection).execute(select(exists().where(inside))).scalar_one())


def writes_since(connection: Connection, since: datetime) -> Iterator[Write]:
    """Yield the writes that were kept, attempts among them, the oldest first."""
    wanted = (
        select(write.c.body).where(write.c.occurred_at >= since).order_by(write.c.occurred_at, write.c.key)
    )
    yield from in_time(connection).execute(wanted.execution_options(yield_per=500)).scalars()


def change_ids(connection: Connection, beginning: str, most: int) -> Sequence[str]:
    """Return the ids of changes that begin with a text, in their order, at most so many."""
    return _ids(connection, change.c.change_id, beginning, most)


def change_ids_of_session(connection: Connection, session_id: str, most: int) -> Sequence[str]:
    """Return the ids of the first changes of a session, in order of time."""
    mine = select(change.c.change_id).where(change.c.session_id == session_id)
    return (
        connection.execute(mine.order_by(change.c.began_at, change.c.change_id).limit(most)).scalars().all()
    )


def finding_ids(connection: Connection, beginning: str, most: int) -> Sequence[str]:
    """Return the ids of findings that begin with a text, in their order, at most so many."""
    return _ids(connection, finding.c.finding_id, beginning, most)


def change_called(connection: Connection, change_id: str) -> ChangeRow:
    """Return the change with this id, which exists."""
    return next(changes(connection, change.c.change_id == change_id))


def finding_called(connection: Connection, finding_id: str) -> FindingRow:
    """Return the finding with this id, which exists."""
    return next(findings(connection, finding.c.finding_id == finding_id))


def alerts_about(connection: Connection, session_id: str) -> list[AlertRow]:
    """Return the messages about a session, the oldest first."""
    rows = connection.execute(select(outbox).where(outbox.c.session_id == session_id).order_by(outbox.c.id))
    return [
        AlertRow(
            client_id=row.client_id,
            notifier=row.notifier,
            status=DeliveryStatus(row.status),
            attempts=row.attempts,
            last_error=row.last_error,
            reference=row.reference,
            created_at=row.created_at,
            sent_at=row.sent_at,
        )
        for row in rows
    ]


def alerts_sent(connection: Connection, since: datetime, until: datetime) -> int:
    """Return how many messages a channel accepted in a span."""
    inside = and_(outbox.c.sent_at >= since, outbox.c.sent_at < until)
    return connection.execute(select(func.count()).select_from(outbox).where(inside)).scalar_one()


def records_read(connection: Connection, since: datetime, until: datetime) -> dict[str, int]:
    """Return how many records of a span, whole hours, were read from each source."""
    first, after = (f"{at:%Y-%m-%dT%H}" for at in (since, until))
    rows = connection.execute(
        select(funnel.c.source, func.sum(funnel.c.records))
        .where(funnel.c.hour >= first, funnel.c.hour < after)
        .group_by(funnel.c.source)
        .order_by(funnel.c.source)
    )
    return {source: int(records) for source, records in rows}


def writes_excluded(connection: Connection, since: datetime, until: datetime) -> int:
    """Return how many writes of a span, whole hours, the policy leaves out."""
    first, after = (f"{at:%Y-%m-%dT%H}" for at in (since, until))
    inside = (funnel.c.hour >= first, funnel.c.hour < after, funnel.c.rule == Fate.EXCLUDED)
    counted = select(func.coalesce(func.sum(funnel.c.records), 0)).where(*inside)
    return int(connection.execute(counted).scalar_one())


def declared_and_compared(connection: Connection, since: datetime) -> tuple[int, int]:
    """Return how many resources are declared, and how many were held against what is there since then."""
    is_later = or_(baseline.c.compared_at >= since, declared.c.compared_at >= since)
    was_compared = case((and_(declared.c.is_compared, is_later), 1))
    of_states = declared.join(baseline, baseline.c.baseline == declared.c.baseline)
    row = connection.execute(select(func.count(), func.count(was_compared)).select_from(of_states)).one()
    return int(row[0]), int(row[1])


def _began(since: datetime | None, until: datetime | None) -> Iterator[ColumnElement[bool]]:
    if since is not None:
        yield change.c.began_at >= since
    if until is not None:
        yield change.c.began_at < until


def _stands(dispositions: Collection[Disposition]) -> Iterator[ColumnElement[bool]]:
    if dispositions:
        yield func.coalesce(change.c.disposition, Disposition.PENDING.value).in_(dispositions)


def _ids(connection: Connection, column: ColumnElement[str], beginning: str, most: int) -> Sequence[str]:
    if connection.execute(select(exists().where(column == beginning))).scalar_one():
        return [beginning]
    fitting = column.startswith(beginning, autoescape=True)
    return connection.execute(select(column).where(fitting).order_by(column).limit(most)).scalars().all()
