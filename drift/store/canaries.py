"""Writes of our own, by which the watch is tried: when they were made, and whether they were seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, select, update

from drift.store.schema import canary as table

UNFINISHED = "the program was stopped meanwhile"
"""Why a write is not known to be made, until it is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CanaryRow:
    """One write of our own."""

    token: str
    name: str
    """Of the canary, in the configuration."""
    resource: str
    written_at: datetime
    due_at: datetime
    error: str | None
    """Why it could not be written; `None`: it was."""
    seen_at: datetime | None
    event: str | None
    """Key of the record that told of it."""


def latest(connection: Connection, name: str) -> CanaryRow | None:
    """Return the last write of a canary."""
    query = select(table).where(table.c.name == name).order_by(table.c.written_at.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else _row(row)


def with_token(connection: Connection, token: str) -> CanaryRow | None:
    """Return the write that bears a token, if it is one of ours."""
    row = connection.execute(select(table).where(table.c.token == token)).one_or_none()
    return None if row is None else _row(row)


def unseen(connection: Connection, name: str) -> Sequence[CanaryRow]:
    """Return the writes of a canary that nothing was seen of, and none after them, the oldest first."""
    seen = select(func.max(table.c.written_at)).where(table.c.name == name, table.c.seen_at.is_not(None))
    last_seen = connection.execute(seen).scalar_one()
    query = select(table).where(table.c.name == name, table.c.seen_at.is_(None)).order_by(table.c.written_at)
    if last_seen is not None:
        query = query.where(table.c.written_at > last_seen)
    return [_row(row) for row in connection.execute(query)]


def canaries_due(connection: Connection, since: datetime, until: datetime) -> tuple[int, int]:
    """Return how many writes of our own were seen in time, and how many were due, of those of a span."""
    due = (table.c.written_at >= since, table.c.due_at < until, table.c.error.is_(None))
    query = select(table.c.due_at, table.c.seen_at).where(*due)
    rows = connection.execute(query).all()
    return sum(row.seen_at is not None and row.seen_at <= row.due_at for row in rows), len(rows)


def begin(
    connection: Connection, *, token: str, name: str, resource: str, written_at: datetime, due_at: datetime
) -> None:
    """Keep that a write is about to be made: its record must be known for ours even after a crash."""
    connection.execute(
        insert(table).values(
            token=token,
            name=name,
            resource=resource,
            written_at=written_at,
            due_at=due_at,
            error=UNFINISHED,
        )
    )


def mark_written(connection: Connection, token: str) -> None:
    """Note that a write was made."""
    connection.execute(update(table).where(table.c.token == token).values(error=None))


def mark_failed(connection: Connection, token: str, error: str) -> None:
    """Note why a write could not be made."""
    connection.execute(update(table).where(table.c.token == token).values(error=error))


def mark_seen(connection: Connection, token: str, event: str, seen_at: datetime) -> None:
    """Note which record told of a write."""
    values = {"seen_at": seen_at, "event": event}
    connection.execute(update(table).where(table.c.token == token).values(values))


def _row(row: Row[tuple[object, ...]]) -> CanaryRow:
    return CanaryRow(
        token=row.token,
        name=row.name,
        resource=row.resource,
        written_at=row.written_at,
        due_at=row.due_at,
        error=row.error,
        seen_at=row.seen_at,
        event=row.event,
    )
