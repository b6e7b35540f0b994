"""Who opened the sessions that calls are made in, and which writes were made in them.

Records come late, out of order and more than once. So a session that is opened again and again
keeps each opening with its time, and a write its sessions, for an opening that comes late.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, or_, select

from drift.model.change import KnownWrite
from drift.model.event import ChangeEvent, OpenedSession
from drift.store.database import of_transaction
from drift.store.late import in_time
from drift.store.schema import opened_session, write, write_session
from drift.store.upsert import insert_new_late, insert_or_update

KEPT_FOR = timedelta(hours=36)
"""No session of a cloud lasts longer, but for grants, which say when they end."""


class _Openings:
    """The openings that one transaction asked for, by their keys, the last in time first."""

    def __init__(self, connection: Connection) -> None:
        self._by_key: dict[str, list[tuple[datetime, OpenedSession]]] = {}

    def of(self, connection: Connection, key: str) -> list[tuple[datetime, OpenedSession]]:
        """Return when a session was opened, and how."""
        if key not in self._by_key:
            rows = connection.execute(_OPENINGS, {"wanted": key})
            self._by_key[key] = [(opened_at, body) for opened_at, body in rows]
        return self._by_key[key]

    def forget(self, key: str) -> None:
        """Ask for them once more the next time."""
        self._by_key.pop(key, None)

    def forget_all(self) -> None:
        """Ask for each of them once more."""
        self._by_key.clear()


# Asked for each write: to build it costs more than to ask.
_OPENINGS = (
    select(opened_session.c.opened_at, opened_session.c.body)
    .where(opened_session.c.key == bindparam("wanted"))
    .order_by(opened_session.c.opened_at.desc())
)


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


def sessions_behind(connection: Connection, event: ChangeEvent, depth: int) -> Mapping[str, OpenedSession]:
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
    for key in filter(None, keys):
        insert_new_late(connection, write_session, {"session_key": key, **row})


def writes_in(connection: Connection, key: str) -> tuple[KnownWrite, ...]:
    """Return the writes that were made in a session, as far as sessions reach back."""
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
