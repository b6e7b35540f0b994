"""Which changes touched something that is declared and was not compared since?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from drift.model.change import SESSION_LIMIT, Change
from drift.store.addresses import DeclaredRow, declared_as, is_same_row
from drift.store.changes import changes
from drift.store.schema import baseline, change, declared, declared_name
from drift.store.upsert import in_chunks


@dataclass(frozen=True, kw_only=True, slots=True)
class Uncompared:
    """A change, and where the resource is declared that it touched."""

    change: Change
    rows: tuple[DeclaredRow, ...]
    """Only those that were compared before the change, and not after it."""


def uncompared(connection: Connection, since: datetime) -> Iterator[Uncompared]:
    """Yield the changes that began at or after `since` and touched what was not compared later.

    What could not be compared the last time waits for the next sweep: asking for it again and again
    would cost a request for each turn.
    """
    oldest: datetime | None = connection.execute(select(func.min(baseline.c.compared_at))).scalar_one()
    if oldest is None:
        return
    names = or_(declared_name.c.name == change.c.resource_key, declared_name.c.name == change.c.outer_key)
    was_before = (
        baseline.c.compared_at < change.c.ended_at,
        or_(declared.c.compared_at.is_(None), declared.c.compared_at < change.c.ended_at),
    )
    touching = (
        select(change.c.change_id)
        .join(declared_name, names)
        .join(declared, is_same_row)
        .join(baseline, baseline.c.baseline == declared.c.baseline)
        .where(change.c.began_at >= max(since, oldest - SESSION_LIMIT), declared.c.is_compared, *was_before)
        .distinct()
    )
    for some in in_chunks(connection.execute(touching).scalars().all()):
        for found in changes(connection, change.c.change_id.in_(some)):
            rows = _rows(connection, found.change)
            if rows:
                yield Uncompared(change=found.change, rows=rows)


def _rows(connection: Connection, one: Change) -> tuple[DeclaredRow, ...]:
    call = one.first.event.call
    rows = declared_as(connection, one.resource, call.account, call.region)
    return tuple(row for row in rows if row.compared_at is not None and row.compared_at < one.ended_at)
