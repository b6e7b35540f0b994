"""Which changes touched something that is declared and was not compared since?"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Touch:
    """A change, by no more than it takes to find what it touched."""

    change_id: str
    names: frozenset[str]
    """In lower case: of the resource, and of what it lies in."""
    ended_at: datetime


def touches_after(connection: Connection, since: datetime, after: datetime) -> Sequence[Touch]:
    """Return the changes begun at or after `since` that ended later than `after`."""
    first = max(since, after - SESSION_LIMIT)
    rows = connection.execute(
        select(change.c.change_id, change.c.resource_key, change.c.outer_key, change.c.ended_at).where(
            change.c.began_at >= first, change.c.ended_at > after
        )
    )
    return [
        Touch(
            change_id=row.change_id,
            names=frozenset(name for name in (row.resource_key, row.outer_key) if name),
            ended_at=row.ended_at,
        )
        for row in rows
    ]


def names_compared_at(
    connection: Connection, names: Iterable[str], at: datetime
) -> Mapping[str, datetime | None]:
    """Return which of these names something bears that could be compared when all of its state was, at `at`.

    With each stands when what bears it was compared by itself; of several, the one longest ago.
    """
    found: dict[str, datetime | None] = {}
    for some in in_chunks(names):
        rows = connection.execute(
            select(declared_name.c.name, declared.c.compared_at)
            .join(declared, is_same_row)
            .join(baseline, baseline.c.baseline == declared.c.baseline)
            .where(declared_name.c.name.in_(some), declared.c.is_compared, baseline.c.compared_at == at)
        )
        for name, compared_at in rows:
            before = found.get(name, compared_at)
            found[name] = min(before, compared_at) if before and compared_at else None
    return found


def _touching(
    connection: Connection, compared_at: datetime, since: datetime, longest: timedelta
) -> Iterator[str]:
    """Yield the changes that may have settled after the states were compared that were so at this time.

    The changes come first, then what bears their names: an estate has more of these than a day has changes.
    """
    touches = touches_after(connection, since, compared_at - longest)
    names = frozenset[str]().union(*(one.names for one in touches))
    known = names_compared_at(connection, names, compared_at)
    for one in touches:
        times = [known[name] for name in one.names if name in known]
        if any(at is None or at < one.ended_at + longest for at in times):
            yield one.change_id


def _rows(connection: Connection, one: Change, settled_at: datetime) -> tuple[DeclaredRow, ...]:
    call = one.first.event.call
    rows = declared_as(connection, one.resource, call.account, call.region)
    return tuple(row for row in rows if row.compared_at is not None and row.compared_at < settled_at)
