"""Messages of which nobody knows whether the channel took them: we ended before it was noted."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from drift.store.schema import outbox


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """A message in doubt."""

    id: int
    client_id: str
    since: datetime
    """It was not sent before."""
    to: str | None = None
    """Where it was to go; `None`: to the notifier's own channel."""


def begin_attempt(connection: Connection, row_id: int, notifier: str, now: datetime) -> None:
    """Note that a message is on its way: until it is noted what became of it, it is in doubt."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == row_id)
        .values(notifier=notifier, attempted_at=func.coalesce(outbox.c.attempted_at, now))
    )


def settle_doubt(connection: Connection, row_id: int, reference: str | None) -> None:
    """Note where a message in doubt stands in the channel; `None` if it is not there."""
    connection.execute(
        update(outbox).where(outbox.c.id == row_id).values(reference=reference, attempted_at=None)
    )


def doubts_of(connection: Connection, notifier: str, session_id: str) -> tuple[Doubt, ...]:
    """Return the messages in doubt about one session, the oldest first."""
    rows = connection.execute(
        select(outbox.c.id, outbox.c.client_id, outbox.c.attempted_at, outbox.c.payload)
        .where(outbox.c.session_id == session_id, outbox.c.notifier == notifier)
        .where(outbox.c.attempted_at.is_not(None), outbox.c.reference.is_(None))
        .order_by(outbox.c.id)
    )
    return tuple(
        Doubt(id=row.id, client_id=row.client_id, since=row.attempted_at, to=row.payload.to) for row in rows
    )
