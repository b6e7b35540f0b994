"""Who opened the sessions that later calls are made in."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, select

from drift.model.event import ChangeEvent, OpenedSession
from drift.store.schema import opened_session
from drift.store.upsert import insert_new, insert_or_update

KEPT_FOR = timedelta(hours=36)
"""No session of a cloud lasts longer, but for grants, which say when they end."""


def remember_session(connection: Connection, opened: OpenedSession, at: datetime) -> None:
    """Keep what a sign-in said about the calls that will use its key.

    What was renewed since stands: records come late, out of order and more than once.
    """
    values = {"opened_at": at, "expires_at": opened.expires_at, "body": opened}
    if opened.is_renewable:
        row, is_older = {"key": opened.key, **values}, opened_session.c.opened_at <= at
        insert_or_update(connection, opened_session, row, values, only_where=is_older)
    else:
        insert_new(connection, opened_session, {"key": opened.key, **values})


def sessions_behind(connection: Connection, event: ChangeEvent, depth: int) -> Mapping[str, OpenedSession]:
    """Return the sessions that `event` was made through, at most `depth` of them."""
    found: dict[str, OpenedSession] = {}
    for first in event.call.session_keys:
        key: str | None = first
        while key is not None and key not in found and len(found) < depth:
            opened: OpenedSession | None = connection.execute(
                select(opened_session.c.body).where(opened_session.c.key == key)
            ).scalar_one_or_none()
            if opened is None:
                break
            found[key] = opened
            key = opened.via
    return found


def forget_sessions(connection: Connection, now: datetime) -> None:
    """Drop the sessions that no call can be made in any more.

    Their age is reckoned up to the newest that was seen: an archive of last year is read within
    its own time.
    """
    newest = connection.execute(select(func.max(opened_session.c.opened_at))).scalar_one()
    if newest is None:
        return
    then = min(newest, now)
    is_over = or_(opened_session.c.expires_at.is_(None), opened_session.c.expires_at < then)
    connection.execute(delete(opened_session).where(opened_session.c.opened_at < then - KEPT_FOR, is_over))
