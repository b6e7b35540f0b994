"""Changes that were taken in as history, and whether more of it is being taken in."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, union

from drift.model.change import Write
from drift.model.verdict import Actor, Disposition
from drift.store import meta
from drift.store.schema import change, funnel, write

EXPECTED_BACK = timedelta(days=1)
"""A replay that was stopped and not run again for so long is taken to be given up."""

_REPLAYED_AT = "replayed_at"


def note_replay(connection: Connection, now: datetime) -> None:
    """Remember that history is being taken in: old sessions are not to be forgotten meanwhile."""
    meta.write(connection, _REPLAYED_AT, now.isoformat())


def end_replay(connection: Connection) -> None:
    """Remember that all history that was wanted is taken in."""
    meta.forget(connection, _REPLAYED_AT)


def is_replaying(connection: Connection, now: datetime) -> bool:
    """Tell whether history is being taken in, or will go on to be after an interruption."""
    noted = meta.read(connection, _REPLAYED_AT)
    return noted is not None and now - datetime.fromisoformat(noted) < EXPECTED_BACK


def history_to_judge(connection: Connection, after: str, count: int) -> list[str]:
    """Return the next sessions, behind `after`, with a change of history that is not judged, or pending.

    It may be pending because a ticket system could not be asked.
    """
    mine = select(change.c.session_id).where(change.c.is_history, change.c.session_id > after)
    found = union(  # each part has an index of its own
        mine.where(change.c.to_judge), mine.where(change.c.disposition == Disposition.PENDING)
    ).subquery()
    ids = select(found.c.session_id).order_by(found.c.session_id).limit(count)
    return list(connection.execute(ids).scalars())


def actor_of(connection: Connection, key: str) -> Actor | None:
    """Return who answers for the call of an event key, if it is known as a write."""
    found: Write | None = connection.execute(
        select(write.c.body).where(write.c.key == key)
    ).scalar_one_or_none()
    return None if found is None else found.actor


def became_of(connection: Connection, source: str) -> dict[str, int]:
    """Return what became of every record of one source that was ever read."""
    rows = connection.execute(
        select(funnel.c.rule, func.sum(funnel.c.records))
        .where(funnel.c.source == source)
        .group_by(funnel.c.rule)
        .order_by(funnel.c.rule)
    )
    return {rule: int(records) for rule, records in rows}
