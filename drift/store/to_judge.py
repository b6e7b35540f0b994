"""Which sessions are judged at once, and which once more although nothing is known to be new about them."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, union

from drift.model.verdict import Disposition
from drift.store.changes import STILL_OPEN
from drift.store.late import in_time
from drift.store.schema import change

_IS_PENDING = change.c.disposition == Disposition.PENDING


def sessions_with_news(
    connection: Connection, since: datetime, now: datetime, waits: tuple[timedelta, timedelta]
) -> list[str]:
    """Return the sessions with a change that is new or stands differently, by age.

    So do those that had only to wait until now: for the first of `waits` after the end of the change, or
    for the second after its begin, if that time ran out after `since`.
    """
    settle_window, answer_deadline = waits
    settled = change.c.ended_at.between(since - settle_window, now - settle_window)
    due = change.c.began_at.between(since - answer_deadline, now - answer_deadline)
    found = union(
        select(change.c.session_id).where(change.c.to_judge),
        select(change.c.session_id).where(_IS_PENDING, settled),
        select(change.c.session_id).where(_IS_PENDING, due),
    )
    return sorted(in_time(connection).execute(found).scalars())


def sessions_pending(connection: Connection) -> list[str]:
    """Return the sessions with a change that is pending, by age."""
    return sorted(
        in_time(connection).execute(select(change.c.session_id).where(_IS_PENDING).distinct()).scalars()
    )


def sessions_open(connection: Connection, since: datetime) -> list[str]:
    """Return the sessions with a change that lacks a ticket and was begun after `since`, by age."""
    is_open = (change.c.disposition.in_(STILL_OPEN), change.c.began_at >= since)
    return sorted(
        in_time(connection).execute(select(change.c.session_id).where(*is_open).distinct()).scalars()
    )
