"""Who opened the sessions that calls are made in, and which writes were made in them.

Records come late, out of order and more than once. So a session that is opened again and again
keeps each opening with its time, and a write its sessions, for an opening that comes late.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, or_, select

from drift.model.change import KnownWrite
from drift.model.event import ChangeEvent, OpenedSession
from drift.store.columns import as_key
from drift.store.database import of_transaction
from drift.store.late import in_time
from drift.store.schema import opened_session, write, write_session
from drift.store.upsert import in_chunks, insert_new_late, insert_or_update

KEPT_FOR = timedelta(hours=36)
"""No session of a cloud lasts longer, but for grants, which say when they end."""


class _Openings:
    """The openings that one transaction asked for, by their keys, the last in time first."""

    def __init__(self, connection: Connection) -> None:
        self._by_key: dict[str, list[tuple[datetime, OpenedSession]]] = {}

    def of(self, connection: Connection, key: str) -> list[tuple[datetime, OpenedSession]]:
        """Return when a session was opened, and how."""
        key = as_key(key)
        if key not in self._by_key:
            self._ask(connection, [key])
        return self._by_key[key]

    def expect(self, connection: Connection, keys: Iterable[str], depth: int) -> None:
        """Find out about sessions, and those that they were opened in, with a question for each link."""
        wanted = set(map(as_key, keys)).difference(self._by_key)
        for _ in range(depth):
            self._ask(connection, sorted(wanted))
            ways = (one.via for key in wanted for _, one in self._by_key[key])
            wanted = {as_key(key) for key in ways if key is not None}.difference(self._by_key)

    def forget(self, key: str) -> None:
        """Ask for them once more the next time."""
        self._by_key.pop(as_key(key), None)

    def forget_all(self) -> None:
        """Ask for each of them once more."""
        self._by_key.clear()

    def _ask(self, connection: Connection, keys: Iterable[str]) -> None:
        for some in in_chunks(keys):
            self._by_key.update({key: [] for key in some})
            for key, opened_at, body in connection.execute(_OPENINGS, {"wanted": some}):
                self._by_key[key].append((opened_at, body))


class _Called:
    """In which sessions writes were made, as far as one transaction asked."""

    def __init__(self, connection: Connection) -> None:
        self._asked: set[str] = set()
        self._called: set[str] = set()

    def has(self, connection: Connection, key: str) -> bool:
        """Tell whether writes were made in a session."""
        self.expect(connection, [key])
        return as_key(key) in self._called

    def expect(self, connection: Connection, keys: Iterable[str]) -> None:
        """Find out in which sessions writes were made."""
        wanted = sorted(set(map(as_key, keys)).difference(self._asked))
        for some in in_chunks(wanted):
            self._called.update(in_time(connection).execute(_CALLED, {"wanted": some}).scalars())
        self._asked.update(wanted)

    def note(self, key: str) -> None:
        """Note that a write was made in a session."""
        self._called.add(as_key(key))

    def forget_all(self) -> None:
        """Ask for each of them once more."""
        self._asked.clear()
        self._called.clear()


# Asked for each batch: to build them costs more than to ask.
_OPENINGS = (
    select(opened_session.c.key, opened_session.c.opened_at, opened_session.c.body)
    .where(opened_session.c.key.in_(bindparam("wanted", expanding=True)))
    .order_by(opened_session.c.opened_at.desc())
)
_CALLED = (
    select(write_session.c.session_key)
    .where(write_session.c.session_key.in_(bindparam("wanted", expanding=True)))
    .distinct()
)


def expect_openings(
    connection: Connection, writes: Iterable[ChangeEvent], opened: Collection[OpenedSession], depth: int
) -> None:
    """Find out at once about the sessions that writes were made in, and those that are opened."""
    keys = [one.key for one in opened]
    made_in = (key for one in writes for key in one.call.session_keys)
    of_transaction(connection, _Openings).expect(connection, (*keys, *made_in), depth)
    of_transaction(connection, _Called).expect(connection, keys)


def remember_session(connection: Connection, opened: OpenedSession, at: datetime) -> bool:
    """Keep what a sign-in said about the calls that use its key; tell whether that is news.

    Of several openings the first in time stands. Those that renew a session count from their time on.
    """
    openings = of_transaction(connection, _Openings)
    known = openings.of(connection, opened.key)
    if opened.is_renewable:
        known = [one for one in known if one[0] == at]
    if known:
        opened_at, before = known[0]
        is_first = opened.is_renewable or at < opened_at
        if before == opened or not is_first:
            return False
        mine = opened_session.c.key == opened.key, opened_session.c.opened_at == opened_at
        connection.execute(delete(opened_session).where(*mine))
    openings.forget(opened.key)
    values = {"expires_at": opened.expires_at, "body": opened}
    insert_or_update(connection, opened_session, {"key": opened.key, "opened_at": at, **values}, values)
    return True


def openings_behind(connection: Connection, event: ChangeEvent, depth: int) -> Mapping[str, OpenedSession]:
    """Return the sessions that `event` was made through, at most `depth` of them."""
    found: dict[str, OpenedSession] = {}
    for first in event.call.session_keys:
        key: str | None = first
        while key is not None and key not in found and len(found) < depth:
            opened = _opening(connection, key, event.occurred_at)
            if opened is None:
                break
            found[key] = opened
            key = opened.via
    return found


def note_sessions(
    connection: Connection, event: ChangeEvent, behind: Mapping[str, OpenedSession], now: datetime
) -> None:
    """Note in which sessions a write was made, and of which none is known to have been opened."""
    keys = dict.fromkeys((*event.call.session_keys, *(one.via for one in behind.values())))
    row = {"write_key": event.key, "occurred_at": event.occurred_at or now}
    called = of_transaction(connection, _Called)
    for key in filter(None, keys):
        called.note(key)
        insert_new_late(connection, write_session, {"session_key": key, **row})


def writes_in(connection: Connection, key: str) -> tuple[KnownWrite, ...]:
    """Return the writes that were made in a session, as far as sessions reach back."""
    if not of_transaction(connection, _Called).has(connection, key):
        return ()
    rows = in_time(connection).execute(
        select(write.c.body, write.c.ledger_seq)
        .join(write_session, write_session.c.write_key == write.c.key)
        .where(write_session.c.session_key == key)
        .order_by(write.c.occurred_at, write.c.key)
    )
    return tuple(KnownWrite(write=body, ledger_seq=ledger_seq) for body, ledger_seq in rows)


def forget_sessions(connection: Connection, now: datetime) -> None:
    """Drop the sessions that no call can be made in any more, and what was noted of the calls.

    Their age is reckoned up to the newest that was seen: an archive of last year is read within
    its own time.
    """
    opened_at, occurred_at = opened_session.c.opened_at, write_session.c.occurred_at
    of_transaction(connection, _Openings).forget_all()
    of_transaction(connection, _Called).forget_all()
    in_time(connection)
    if (then := _newest(connection, opened_at, now)) is not None:
        is_over = or_(opened_session.c.expires_at.is_(None), opened_session.c.expires_at < then)
        connection.execute(delete(opened_session).where(opened_at < then - KEPT_FOR, is_over))
    if (then := _newest(connection, occurred_at, now)) is not None:
        connection.execute(delete(write_session).where(occurred_at < then - KEPT_FOR))


def _opening(connection: Connection, key: str, at: datetime | None) -> OpenedSession | None:
    """Return how a session stood at a time. What cannot be renewed stands whenever it was opened.

    The console's is recognised by its first call that is marked as the console's.
    """
    known = of_transaction(connection, _Openings).of(connection, key)
    if not known:
        return None
    before = (one for one in known if at is None or one[0] <= at)
    opened_at, opened = next(before, known[0])
    is_later = at is not None and opened_at > at
    return None if is_later and opened.is_renewable else opened


def _newest(connection: Connection, column: ColumnElement[datetime], now: datetime) -> datetime | None:
    newest: datetime | None = connection.execute(select(func.max(column))).scalar_one()
    return None if newest is None else min(newest, now)
