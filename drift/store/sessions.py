"""Who opened the sessions that calls are made in, and which writes were made in them.

Records come late, out of order and more than once. So a session that is opened again and again
keeps each opening with its time, and a write its sessions, for an opening that comes late.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, case, delete, func, or_, select

from drift.model.change import KnownWrite
from drift.model.event import ChangeEvent, OpenedSession
from drift.store.columns import LAST
from drift.store.schema import opened_session, write, write_session
from drift.store.upsert import insert_all_new, insert_or_update

KEPT_FOR = timedelta(hours=36)
"""No session of a cloud lasts longer, but for grants, which say when they end."""

# Asked for each write: to build it costs more than to ask.
_OPENING = (
    select(opened_session)
    .where(opened_session.c.key == bindparam("wanted"))
    .order_by(
        case((opened_session.c.opened_at <= bindparam("at"), 0), else_=1), opened_session.c.opened_at.desc()
    )
    .limit(1)
)
"""The opening of a session that stood at a time, else the last of those after it."""


def remember_session(connection: Connection, opened: OpenedSession, at: datetime) -> bool:
    """Keep what a sign-in said about the calls that use its key; tell whether that is news.

    Of several openings the first in time stands. Those that renew a session count from their time on.
    """
    mine = [opened_session.c.key == opened.key]
    if opened.is_renewable:
        mine.append(opened_session.c.opened_at == at)
    known = connection.execute(select(opened_session).where(*mine).limit(1)).one_or_none()
    if known is not None:
        is_first = opened.is_renewable or at < known.opened_at
        if known.body == opened or not is_first:
            return False
        connection.execute(delete(opened_session).where(*mine))
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
    insert_all_new(connection, write_session, [{"session_key": key, **row} for key in keys if key])


def writes_in(connection: Connection, key: str) -> tuple[KnownWrite, ...]:
    """Return the writes that were made in a session, as far as sessions reach back."""
    rows = connection.execute(
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
    if (then := _newest(connection, opened_at, now)) is not None:
        is_over = or_(opened_session.c.expires_at.is_(None), opened_session.c.expires_at < then)
        connection.execute(delete(opened_session).where(opened_at < then - KEPT_FOR, is_over))
    if (then := _newest(connection, occurred_at, now)) is not None:
        connection.execute(delete(write_session).where(occurred_at < then - KEPT_FOR))


def _opening(connection: Connection, key: str, at: datetime | None) -> OpenedSession | None:
    """Return how a session stood at a time. What cannot be renewed stands whenever it was opened.

    The console's is recognised by its first call that is marked as the console's.
    """
    row = connection.execute(_OPENING, {"wanted": key, "at": at or LAST}).one_or_none()
    if row is None:
        return None
    opened: OpenedSession = row.body
    is_later = at is not None and row.opened_at > at
    return None if is_later and opened.is_renewable else opened


def _newest(connection: Connection, column: ColumnElement[datetime], now: datetime) -> datetime | None:
    newest: datetime | None = connection.execute(select(func.max(column))).scalar_one()
    return None if newest is None else min(newest, now)
