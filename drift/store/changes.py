"""Writes, and the changes and sessions that they add up to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, insert, or_, select, update

from drift.model.change import SESSION_GAP, Change, ChangeEvent, ChangeSession, OpenedSession, Span, Write
from drift.model.judgement import Judgement
from drift.model.resource import Resource
from drift.model.verdict import Disposition
from drift.store.schema import change, change_session, change_write, opened_session, write
from drift.store.upsert import insert_new, insert_or_update

STILL_OPEN = (Disposition.PENDING, Disposition.UNTICKETED)
"""A ticket may still turn up for these, so they are judged again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRow:
    """One change with its last judgement, if it was judged."""

    change: Change
    judgement: Judgement | None
    ledger_seq: int | None


def remember_session(connection: Connection, opened: OpenedSession, at: datetime | None) -> None:
    """Keep what a sign-in said about the calls that will use its key."""
    values = {"opened_at": at, "body": msgspec.json.encode(opened)}
    insert_or_update(connection, opened_session, {"key": opened.key, **values}, values)


def sessions_behind(connection: Connection, event: ChangeEvent, depth: int) -> Mapping[str, OpenedSession]:
    """Return the sessions that `event` was made through, at most `depth` of them."""
    found: dict[str, OpenedSession] = {}
    key = event.session_key
    while key is not None and key not in found and len(found) < depth:
        body = connection.execute(
            select(opened_session.c.body).where(opened_session.c.key == key)
        ).scalar_one_or_none()
        if body is None:
            break
        found[key] = msgspec.json.decode(body, type=OpenedSession)
        key = found[key].via
    return found


def is_known(connection: Connection, key: str) -> bool:
    """Tell whether a write was kept already: logs deliver some records twice."""
    return bool(connection.execute(select(exists().where(write.c.key == key))).scalar_one())


def add_write(connection: Connection, one: Write, ledger_seq: int) -> None:
    """Keep a write and the evidence entry that records it."""
    connection.execute(
        insert(write).values(
            key=one.event.key,
            occurred_at=one.event.occurred_at,
            ledger_seq=ledger_seq,
            body=msgspec.json.encode(one),
        )
    )


def near_session(connection: Connection, actor: str, account: str, at: datetime) -> Span | None:
    """Return the session of `actor` that lies nearest to `at`, if one could reach it."""
    return _near(connection, change_session, at, actor=actor, account=account)


def near_change(
    connection: Connection, actor: str, account: str, resource: Resource, at: datetime
) -> Span | None:
    """Return the change of `actor` to `resource` that lies nearest to `at`, if one could reach it."""
    return _near(
        connection,
        change,
        at,
        actor=actor,
        account=account,
        resource_id=resource.id,
        resource_type=resource.type,
    )


def extend_session(connection: Connection, session_id: str, actor: str, account: str, at: datetime) -> None:
    """Begin a session, or stretch it to `at`."""
    _begin_or_stretch(
        connection, change_session, {"session_id": session_id, "actor": actor, "account": account}, at, {}
    )


def extend_change(
    connection: Connection,
    change_id: str,
    session_id: str,
    one: Write,
    resource: Resource,
    *,
    actor: str,
    account: str,
    at: datetime,
) -> None:
    """Begin a change with a write, or add it to one, and have it judged."""
    values = {
        "change_id": change_id,
        "session_id": session_id,
        "actor": actor,
        "account": account,
        "resource_type": resource.type,
        "resource_id": resource.id,
    }
    _begin_or_stretch(connection, change, values, at, {"to_judge": True})
    insert_new(connection, change_write, {"change_id": change_id, "write_key": one.event.key})


def sessions_to_judge(connection: Connection, since: datetime) -> list[str]:
    """Return the sessions with a change that is new, or open and begun after `since`, oldest first."""
    is_open = and_(change.c.disposition.in_(STILL_OPEN), change.c.began_at >= since)
    rows = connection.execute(
        select(change.c.session_id)
        .where(or_(change.c.to_judge, is_open))
        .distinct()
        .order_by(change.c.session_id)
    )
    return list(rows.scalars())


def judge_again(connection: Connection, resource_ids: set[str]) -> None:
    """Have the changes to these resources judged again: what stands about them has changed."""
    if resource_ids:
        connection.execute(update(change).where(change.c.resource_id.in_(resource_ids)).values(to_judge=True))


def change_session_of(connection: Connection, session_id: str) -> ChangeSession:
    """Return a session with its changes, in order of their first write."""
    rows = changes(connection, change.c.session_id == session_id)
    return ChangeSession(session_id=session_id, changes=tuple(row.change for row in rows))


def last_judgement(connection: Connection, one: Change) -> Judgement | None:
    """Return what was concluded about a change as it is now; with writes that came since, nothing was."""
    row = connection.execute(
        select(change.c.judgement, change.c.judged_writes).where(change.c.change_id == one.change_id)
    ).one()
    if row.judgement is None or row.judged_writes != len(one.writes):
        return None
    return msgspec.json.decode(row.judgement, type=Judgement)


def write_seqs(connection: Connection, one: Change) -> tuple[int, ...]:
    """Return the evidence entries of a change's writes."""
    keys = [each.event.key for each in one.writes]
    return tuple(
        connection.execute(
            select(write.c.ledger_seq).where(write.c.key.in_(keys)).order_by(write.c.ledger_seq)
        ).scalars()
    )


def keep_judgement(connection: Connection, one: Change, judgement: Judgement, ledger_seq: int) -> None:
    """Keep what was concluded about a change, and the evidence entry that records it."""
    connection.execute(
        update(change)
        .where(change.c.change_id == one.change_id)
        .values(
            to_judge=False,
            judged_writes=len(one.writes),
            disposition=judgement.decision.disposition,
            severity=judgement.decision.severity,
            judgement=msgspec.json.encode(judgement),
            ledger_seq=ledger_seq,
        )
    )


def mark_judged(connection: Connection, change_id: str) -> int:
    """Note that a change was judged again and nothing came out differently; return the standing entry."""
    connection.execute(update(change).where(change.c.change_id == change_id).values(to_judge=False))
    return int(
        connection.execute(select(change.c.ledger_seq).where(change.c.change_id == change_id)).scalar_one()
    )


def changes(connection: Connection, *where: ColumnElement[bool]) -> Iterator[ChangeRow]:
    """Yield the changes that fit, in order of their first write."""
    rows = connection.execute(
        select(change).where(*where).order_by(change.c.began_at, change.c.change_id)
    ).all()
    for row in rows:
        yield ChangeRow(
            change=Change(
                change_id=row.change_id,
                session_id=row.session_id,
                resource=Resource(type=row.resource_type, id=row.resource_id),
                writes=_writes_of(connection, row.change_id),
            ),
            judgement=msgspec.json.decode(row.judgement, type=Judgement) if row.judgement else None,
            ledger_seq=row.ledger_seq,
        )


def writes_by_resource(connection: Connection) -> dict[Resource, tuple[str, ...]]:
    """Return the keys of the writes to each resource, in order of time."""
    found: dict[Resource, list[str]] = {}
    rows = connection.execute(
        select(change.c.resource_type, change.c.resource_id, write.c.key)
        .join(change_write, change_write.c.change_id == change.c.change_id)
        .join(write, write.c.key == change_write.c.write_key)
        .order_by(write.c.occurred_at, write.c.key)
    )
    for type_, resource_id, key in rows:
        found.setdefault(Resource(type=type_, id=resource_id), []).append(key)
    return {resource: tuple(dict.fromkeys(keys)) for resource, keys in found.items()}


def count_by_disposition(connection: Connection) -> dict[str, int]:
    """Return how many changes stand in each disposition; those not judged yet count as pending."""
    name = func.coalesce(change.c.disposition, Disposition.PENDING.value)
    rows = connection.execute(select(name, func.count()).group_by(name).order_by(name))
    return {disposition: int(number) for disposition, number in rows}


def newest_write_at(connection: Connection) -> datetime | None:
    """Return the time of the newest write that was kept."""
    newest: datetime | None = connection.execute(select(func.max(write.c.occurred_at))).scalar_one()
    return newest


def _writes_of(connection: Connection, change_id: str) -> tuple[Write, ...]:
    bodies = connection.execute(
        select(write.c.body)
        .join(change_write, change_write.c.write_key == write.c.key)
        .where(change_write.c.change_id == change_id)
        .order_by(write.c.occurred_at, write.c.key)
    ).scalars()
    return tuple(msgspec.json.decode(body, type=Write) for body in bodies)


def _near(connection: Connection, table: Table, at: datetime, **equal: str | None) -> Span | None:
    row = connection.execute(
        select(next(iter(table.primary_key.columns)).label("id"), table.c.began_at, table.c.ended_at)
        .where(*(table.c[name].is_not_distinct_from(value) for name, value in equal.items()))
        .where(table.c.began_at < at + SESSION_GAP, table.c.ended_at > at - SESSION_GAP)
        .order_by(table.c.began_at)
        .limit(1)
    ).one_or_none()
    return Span(id=row.id, began_at=row.began_at, ended_at=row.ended_at) if row else None


def _begin_or_stretch(
    connection: Connection,
    table: Table,
    values: Mapping[str, object],
    at: datetime,
    always: Mapping[str, object],
) -> None:
    if insert_new(connection, table, {**values, "began_at": at, "ended_at": at, **always}):
        return
    key = next(iter(table.primary_key.columns))
    mine = key == values[key.name]
    connection.execute(update(table).where(mine, table.c.began_at > at).values(began_at=at))
    connection.execute(update(table).where(mine, table.c.ended_at < at).values(ended_at=at))
    if always:
        connection.execute(update(table).where(mine).values(**always))
