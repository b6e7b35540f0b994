"""What was delivered and could not be read: tried again a few times, then set aside."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, select, update

from drift.model.unread import Unread
from drift.store.columns import as_key
from drift.store.schema import quarantine as table
from drift.store.upsert import insert_new, insert_or_update

WHOLE = -1
"""Stands for the delivery itself, where records have their position in it."""


def key_of(name: str, version: str) -> tuple[str, str]:
    """Return name and version of a delivery as they stand in the store."""
    return as_key(name), as_key(version)


def deliveries_unread(connection: Connection, source: str) -> Sequence[Unread]:
    """Return the deliveries of a source that could not be read, both those that wait and those set aside."""
    where = (table.c.source == source, table.c.idx == WHOLE)
    return [
        _unread(row) for row in connection.execute(select(table).where(*where).order_by(table.c.first_at))
    ]


def set_aside(connection: Connection) -> Sequence[Unread]:
    """Return all that is in quarantine, by source and name."""
    query = select(table).where(table.c.next_attempt_at.is_(None))
    order = (table.c.source, table.c.name, table.c.version, table.c.idx)
    return [_unread(row) for row in connection.execute(query.order_by(*order))]


def is_set_aside(connection: Connection, source: str, name: str, version: str) -> bool:
    """Tell whether a delivery, or any record of it, is in quarantine or waits for another attempt."""
    where = and_(table.c.source == source, table.c.name == name, table.c.version == version)
    return bool(connection.execute(select(exists().where(where))).scalar_one())


def keep_delivery(connection: Connection, one: Unread) -> None:
    """Keep how another attempt at a delivery ended."""
    _keep(connection, one, WHOLE)


def keep_record(connection: Connection, one: Unread) -> bool:
    """Keep that a record could not be read; tell whether that is news.

    It is none where an older version of the delivery had the same record: then that one is forgotten.
    """
    same = and_(table.c.source == one.source, table.c.name == one.name, table.c.sha256 == one.sha256)
    is_older = and_(same, table.c.idx != WHOLE, table.c.version != one.version)
    was_known = connection.execute(delete(table).where(is_older)).rowcount > 0
    return insert_new(connection, table, _values(one, one.index or 0)) and not was_known


def note_attempt(connection: Connection, one: Unread, error: str, now: datetime) -> None:
    """Note that one more attempt at something in quarantine failed."""
    values = {"error": error, "attempts": table.c.attempts + 1, "last_at": now}
    connection.execute(update(table).where(_is(one)).values(values))


def release(connection: Connection, one: Unread) -> None:
    """Forget what is read now."""
    connection.execute(delete(table).where(_is(one)))


def _keep(connection: Connection, one: Unread, idx: int) -> None:
    changed = {
        "error": one.error,
        "attempts": one.attempts,
        "last_at": one.last_at,
        "next_attempt_at": one.next_attempt_at,
    }
    insert_or_update(connection, table, _values(one, idx), changed)


def _values(one: Unread, idx: int) -> dict[str, object]:
    return {
        "source": one.source,
        "name": one.name,
        "version": one.version,
        "idx": idx,
        "delivered_as": one.name,
        "sha256": one.sha256,
        "error": one.error,
        "attempts": one.attempts,
        "first_at": one.first_at,
        "last_at": one.last_at,
        "next_attempt_at": one.next_attempt_at,
    }


def _is(one: Unread) -> ColumnElement[bool]:
    idx = WHOLE if one.index is None else one.index
    is_delivery = and_(table.c.source == one.source, table.c.name == one.name)
    return and_(is_delivery, table.c.version == one.version, table.c.idx == idx)


def _unread(row: Row[tuple[object, ...]]) -> Unread:
    return Unread(
        source=row.source,
        name=row.delivered_as,
        version=row.version,
        index=None if row.idx == WHOLE else row.idx,
        sha256=row.sha256,
        error=row.error,
        attempts=row.attempts,
        first_at=row.first_at,
        last_at=row.last_at,
        next_attempt_at=row.next_attempt_at,
    )
