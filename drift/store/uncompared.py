"""Which changes touched something that is declared and was not compared since?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select

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
    """Only those that were compared before, and not since the change had settled."""


def is_anything_compared(connection: Connection) -> bool:
    """Tell whether a baseline was ever compared."""
    return connection.execute(select(baseline.c.baseline).limit(1)).first() is not None


def uncompared(
    connection: Connection, since: datetime, settled_at: Callable[[Change], datetime], longest: timedelta
) -> Iterator[Uncompared]:
    """Yield the changes that began at or after `since` and touched what was not compared once they settled.

    `settled_at` tells from when on a comparison counts, at most `longest` after the end of a change.
    What could not be compared the last time waits for the next sweep: asking for it again and again
    would cost a request for each turn.
    """
    # One sweep compares all states at one time, so these are few.
    times = connection.execute(select(baseline.c.compared_at).distinct()).scalars().all()
    ids = {each for at in times for each in _touching(connection, at, since, longest)}
    for some in in_chunks(sorted(ids)):
        for found in changes(connection, change.c.change_id.in_(some)):
            one = found.change
            if rows := _rows(connection, one, settled_at(one)):
                yield Uncompared(change=one, rows=rows)


def _touching(
    connection: Connection, compared_at: datetime, since: datetime, longest: timedelta
) -> Sequence[str]:
    """Return the changes that may have settled after the states were compared that were so at this time."""
    after = compared_at - longest
    names = or_(declared_name.c.name == change.c.resource_key, declared_name.c.name == change.c.outer_key)
    return (
        connection.execute(
            select(change.c.change_id)
            .join(declared_name, names)
            .join(declared, is_same_row)
            .join(baseline, baseline.c.baseline == declared.c.baseline)
            .where(change.c.began_at >= max(since, after - SESSION_LIMIT), change.c.ended_at > after)
            .where(baseline.c.compared_at == compared_at, declared.c.is_compared)
            .distinct()
        )
        .scalars()
        .all()
    )


def _rows(connection: Connection, one: Change, settled_at: datetime) -> tuple[DeclaredRow, ...]:
    call = one.first.event.call
    rows = declared_as(connection, one.resource, call.account, call.region)
    return tuple(row for row in rows if row.compared_at is not None and row.compared_at < settled_at)
