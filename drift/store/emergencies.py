"""Emergencies that still ask for something, and of what people were reminded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from drift.model.change import Change
from drift.store.changes import ChangeRow, changes
from drift.store.schema import change as change_table
from drift.store.schema import emergency, reminder
from drift.store.upsert import in_chunks, insert_new


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenEmergency:
    """An emergency that still asks for something."""

    row: ChangeRow
    noted_at: datetime
    """When it was first judged to be one: its alert said what was late by then."""


def note_emergency(connection: Connection, change: Change, now: datetime) -> None:
    """Note that a change is an emergency: what it asks for is followed until all of it is done."""
    values = {"change_id": change.change_id, "began_at": change.began_at, "noted_at": now}
    insert_new(connection, emergency, values)


def open_emergencies(connection: Connection) -> list[OpenEmergency]:
    """Return the emergencies that still ask for something, the oldest first."""
    query = select(emergency.c.change_id, emergency.c.noted_at).where(emergency.c.closed_at.is_(None))
    noted = {row.change_id: row.noted_at for row in connection.execute(query)}
    return [
        OpenEmergency(row=row, noted_at=noted[row.change.change_id]) for row in _rows(connection, list(noted))
    ]


def emergencies_between(connection: Connection, since: datetime, until: datetime) -> list[ChangeRow]:
    """Return the emergencies that began in a span, done or not, the oldest first."""
    inside = (emergency.c.began_at >= since, emergency.c.began_at < until)
    return _rows(connection, connection.execute(select(emergency.c.change_id).where(*inside)).scalars().all())


def close_emergency(connection: Connection, change_id: str, now: datetime) -> None:
    """Note that an emergency asks for nothing more."""
    mine = (emergency.c.change_id == change_id, emergency.c.closed_at.is_(None))
    connection.execute(update(emergency).where(*mine).values(closed_at=now))


def note_reminder(connection: Connection, change_id: str, step: str, percent: int, now: datetime) -> bool:
    """Note that people are reminded; tell whether they were not yet."""
    values = {"change_id": change_id, "step": step, "percent": percent, "at": now}
    return insert_new(connection, reminder, values)


def _rows(connection: Connection, ids: Sequence[str]) -> list[ChangeRow]:
    found = [
        row for some in in_chunks(ids) for row in changes(connection, change_table.c.change_id.in_(some))
    ]
    return sorted(found, key=lambda row: (row.change.began_at, row.change.change_id))
