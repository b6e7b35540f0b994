"""Writes, the records that tell of them, and those that wait for others to tell the rest."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Raw
from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, or_, select, update

from drift.model.change import Earlier, KnownWrite, Write
from drift.model.event import ChangeEvent, Phase
from drift.store.columns import as_key
from drift.store.database import of_transaction
from drift.store.late import in_time, insert_late
from drift.store.schema import held_record, write, write_part
from drift.store.upsert import in_chunks, insert_new, insert_new_late
from drift.store.waiting import HeldRecord, calls_among, may_be_same_call, of_same_call, operation_id

MAX_CALLS = 100
"""Calls that bear one operation's name and are told apart, the newest of them."""

# Run for each write: to build them costs more than to run them.
_KEPT = [
    select(table.c.key).where(table.c.key.in_(bindparam("wanted", expanding=True)))
    for table in (write, write_part, held_record)
]
_ADD_WRITE = insert(write)


def earlier(connection: Connection, event: ChangeEvent) -> Earlier:
    """Return what earlier records say of the call that `event` tells of."""
    if is_known(connection, event.key):
        known = _told_by(connection, event.key)
        return Earlier(write=known, is_repeated=known is None or _was_delivered(known.write, event))
    if event.corrects:
        known = _told_by(connection, f"{event.call.cloud}:{event.corrects}")
        if known is not None:
            return Earlier(write=known)
    if event.shared_id:
        return Earlier(write=_find(connection, write.c.shared_id == _shared_id(event)))
    if event.operation is None:
        return Earlier()
    if held := of_same_call(_held(connection, _operation(event)), event):
        return Earlier(held=held)
    return Earlier(write=_of_operation(connection, event))


def earlier_of_overdue(connection: Connection, event: ChangeEvent) -> Earlier:
    """Return what was told of the call of a record that waited in vain.

    An end that lacks its beginning is taken for that of a beginning that lacks its end, even if they
    bear different ids: Azure's are documented to be the same, but nothing enforces it.
    """
    known = _of_operation(connection, event)
    if known is None and event.operation is not None:
        known = next((one for one in _calls(connection, event) if _is_other_half(one.write, event)), None)
    return Earlier(write=known)


def is_known(connection: Connection, key: str) -> bool:
    """Tell whether a record was kept already, as a write, as part of one, or waiting: logs repeat some."""
    return of_transaction(connection, _Known).holds(connection, as_key(key))


def expect(connection: Connection, keys: Iterable[str]) -> None:
    """Find out at once which of these records were kept already: `is_known` will be asked for each."""
    of_transaction(connection, _Known).ask(connection, sorted({as_key(key) for key in keys}))


def known_among(connection: Connection, keys: Collection[str]) -> set[str]:
    """Return which of these records were kept already, where nothing is written."""
    known = _Known(connection)
    known.ask(connection, sorted({as_key(key) for key in keys}))
    return {key for key in keys if known.holds(connection, as_key(key))}


class _Known:
    """Which records are known to be kept, and of which that was found out in this transaction."""

    def __init__(self, connection: Connection) -> None:
        self._asked: set[str] = set()
        self._kept: set[str] = set()

    def holds(self, connection: Connection, key: str) -> bool:
        """Tell whether a record is kept."""
        if key not in self._asked:
            self.ask(connection, [key])
        return key in self._kept

    def ask(self, connection: Connection, keys: Sequence[str]) -> None:
        """Find out which records are kept."""
        for some in in_chunks(keys):
            for query in _KEPT:
                self._kept.update(in_time(connection).execute(query, {"wanted": some}).scalars())
        self._asked.update(keys)

    def keep(self, keys: Sequence[str]) -> None:
        """Note that records are kept from now on."""
        self._asked.update(keys)
        self._kept.update(keys)

    def forget(self, keys: Sequence[str]) -> None:
        """Ask for these once more: they wait no longer, and may be kept otherwise or not at all."""
        self._asked.difference_update(keys)
        self._kept.difference_update(keys)


def add_write(connection: Connection, one: Write, ledger_seq: int, encoded: Raw | None = None) -> None:
    """Keep a write and the evidence entry that records it; `encoded` where its bytes are at hand."""
    row = {"key": one.event.key, **_values(one, ledger_seq)}
    insert_late(connection, _ADD_WRITE, {**row, "body": encoded or one})
    _add_parts(connection, one)


def amend_write(connection: Connection, one: Write, ledger_seq: int) -> None:
    """Replace what is kept of a write, and the evidence entry that says how it stands."""
    mine = write.c.key == one.event.key
    in_time(connection).execute(update(write).where(mine).values(_values(one, ledger_seq)))
    _add_parts(connection, one)


def hold(connection: Connection, source: str, event: ChangeEvent, until: datetime) -> None:
    """Let a record wait for the others of its operation."""
    values = {
        "key": event.key,
        "operation": _operation(event),
        "source": source,
        "held_until": until,
        "body": event,
    }
    insert_new(connection, held_record, values)
    of_transaction(connection, _Known).keep([as_key(event.key)])


def release(connection: Connection, one: Write) -> None:
    """Let the records that tell of a write wait no longer."""
    if one.event.operation is not None:
        keys = [part.key for part in one.records]
        connection.execute(delete(held_record).where(held_record.c.key.in_(keys)))
        of_transaction(connection, _Known).forget([as_key(key) for key in keys])


def overdue(connection: Connection, now: datetime) -> Iterator[tuple[HeldRecord, ...]]:
    """Take out the calls that waited long enough, the longest overdue first, each as its records.

    Of two runs that do so at once, only one gets them.
    """
    due = connection.execute(
        select(held_record.c.operation, held_record.c.key)
        .where(held_record.c.held_until <= now)
        .order_by(held_record.c.held_until, held_record.c.operation)
    ).all()
    due_keys = {row.key for row in due}
    for operation in dict.fromkeys(row.operation for row in due):
        for call in calls_among(_held(connection, operation)):
            keys = [as_key(one.event.key) for one in call]
            if due_keys.isdisjoint(keys):
                continue
            mine = delete(held_record).where(held_record.c.key.in_(keys))
            rows = connection.execute(mine.returning(held_record.c.source, held_record.c.body)).all()
            of_transaction(connection, _Known).forget(keys)
            if rows:
                yield _in_order(rows)


def _held(connection: Connection, operation: str) -> tuple[HeldRecord, ...]:
    rows = connection.execute(
        select(held_record.c.source, held_record.c.body).where(held_record.c.operation == operation)
    )
    return _in_order(rows.all())


def _in_order(rows: Iterable[Any]) -> tuple[HeldRecord, ...]:
    """Return held records by their keys: the database gives them in any order."""
    found = (HeldRecord(source=source, event=event) for source, event in rows)
    return tuple(sorted(found, key=lambda one: one.event.key))


def _told_by(connection: Connection, key: str) -> KnownWrite | None:
    """Return the write that a record tells of, for itself or as one of several."""
    whole = select(write_part.c.write_key).where(write_part.c.key == key).scalar_subquery()
    return _find(connection, or_(write.c.key == key, write.c.key == whole))


def _find(connection: Connection, where: ColumnElement[bool]) -> KnownWrite | None:
    """Return the write that fits; of several, the newest."""
    return next(iter(_newest(connection, where, 1)), None)


def _newest(connection: Connection, where: ColumnElement[bool], count: int) -> list[KnownWrite]:
    rows = in_time(connection).execute(
        select(write.c.body, write.c.ledger_seq)
        .where(where)
        .order_by(write.c.occurred_at.desc())
        .limit(count)
    )
    return [KnownWrite(write=row.body, ledger_seq=row.ledger_seq) for row in rows]


def _calls(connection: Connection, event: ChangeEvent) -> list[KnownWrite]:
    """Return the calls that bear the name of an event's operation, the newest first."""
    return _newest(connection, write.c.operation == _operation(event), MAX_CALLS)


def _of_operation(connection: Connection, event: ChangeEvent) -> KnownWrite | None:
    """Return the call that a record tells another part of, by its id if it has one."""
    fitting = [one for one in _calls(connection, event) if may_be_same_call((one.write.event,), event)]
    own = operation_id(event)
    exact = next((one for one in fitting if own and operation_id(one.write.event) == own), None)
    if exact is not None:
        return exact
    known = next(iter(fitting), None)
    return None if known is None or _begins_anew(event, known.write.event) else known


def _begins_anew(event: ChangeEvent, known: ChangeEvent) -> bool:
    """Tell whether a later call bears the name of one that was told: an apply may do a thing twice."""
    if not _is_beginning(event) or event.occurred_at is None or known.occurred_at is None:
        return False
    return event.occurred_at > known.occurred_at


def _is_beginning(event: ChangeEvent) -> bool:
    return event.operation is not None and event.operation.phase is Phase.BEGIN


def _is_other_half(known: Write, event: ChangeEvent) -> bool:
    """Tell whether a write lacks what `event` tells: how it began, or how it ended."""
    if known.event.operation is None:
        return False
    phases = (known.event.operation.phase, event.operation.phase if event.operation else None)
    return phases == (Phase.END, Phase.BEGIN) or (known.is_in_progress and phases == (Phase.BEGIN, Phase.END))


def _was_delivered(known: Write, event: ChangeEvent) -> bool:
    """Tell whether the record itself was read: a correction that came first names it as well."""
    return any(as_key(part.key) == as_key(event.key) for part in known.records)


def _add_parts(connection: Connection, one: Write) -> None:
    keys = [part.key for part in one.parts]
    if one.event.corrects:
        keys.append(f"{one.event.call.cloud}:{one.event.corrects}")
    of_transaction(connection, _Known).keep([as_key(key) for key in (one.event.key, *keys)])
    for key in keys:
        if key != one.event.key:
            insert_new_late(connection, write_part, {"key": key, "write_key": one.event.key})


def _values(one: Write, ledger_seq: int) -> dict[str, object]:
    event = one.event
    return {
        "occurred_at": event.occurred_at,
        "ledger_seq": ledger_seq,
        "operation": _operation(event) if event.operation else None,
        "shared_id": _shared_id(event) if event.shared_id else None,
        "body": one,
    }


def _operation(event: ChangeEvent) -> str:
    """Return the operation's name in the store: the clouds name theirs without regard to each other."""
    return f"{event.call.cloud}:{event.operation.key}" if event.operation else ""


def _shared_id(event: ChangeEvent) -> str:
    return f"{event.call.cloud}:{event.shared_id}"
