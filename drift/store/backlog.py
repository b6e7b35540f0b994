"""What waits for one notifier, how fast it was sent, and what a digest tells in its place."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, or_, select, update

from drift.model.alert import Alert
from drift.store import meta, outbox
from drift.store.outbox import URGENT, DeliveryStatus
from drift.store.schema import outbox as table

DIGEST = "backlog-"
"""Begins what stands in place of a change session in a message that tells others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A message that is not urgent and waits, by itself or in a digest that was not sent yet."""

    id: int
    alert: Alert
    created_at: datetime
    is_folded: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class UnsentDigest:
    """A message that tells others, and waits itself."""

    id: int
    session_id: str


def sent_since(connection: Connection, notifier: str, since: datetime) -> int:
    """Return how many messages a notifier took after `since`, edits too."""
    sent = select(func.count()).where(table.c.notifier == notifier, table.c.sent_at > since)
    return int(connection.execute(sent).scalar_one())


def waiting(connection: Connection, notifier: str, now: datetime) -> Sequence[Waiting]:
    """Return what may wait for others, the oldest first.

    Not what is urgent, nor what waits for its own time, working hours for example; no digest, nothing
    that is for one person alone, and nothing that edits a message: an edit disturbs nobody, and a
    message that is not edited is wrong.
    """
    told = table.alias()
    is_told = exists().where(
        told.c.notifier == table.c.notifier,
        told.c.session_id == table.c.session_id,
        told.c.reference.is_not(None),
    )
    queued = (
        select(table)
        .where(table.c.status == DeliveryStatus.QUEUED, table.c.notifier == notifier)
        .where(table.c.severity.not_in(URGENT), ~is_told)
        .where(or_(table.c.attempts > 0, table.c.next_attempt_at <= now))
    )
    digest = unsent_digest(connection, notifier)
    folded = select(table).where(table.c.folded_into == digest.id) if digest else None
    rows = [row for query in (folded, queued) if query is not None for row in connection.execute(query)]
    return [
        Waiting(
            id=row.id,
            alert=row.payload,
            created_at=row.created_at,
            is_folded=row.status == DeliveryStatus.FOLDED,
        )
        for row in sorted(rows, key=lambda row: int(row.id))
        if not row.payload.notice and row.payload.asked is None
    ]


def unsent_digest(connection: Connection, notifier: str) -> UnsentDigest | None:
    """Return the digest that waits for a notifier, if one does."""
    row = connection.execute(
        select(table.c.id, table.c.session_id)
        .where(table.c.status == DeliveryStatus.QUEUED, table.c.notifier == notifier)
        .where(table.c.session_id.startswith(DIGEST, autoescape=True))
        .limit(1)
    ).one_or_none()
    return None if row is None else UnsentDigest(id=row.id, session_id=row.session_id)


def fold(
    connection: Connection, notifier: str, members: Collection[int], digest: Alert, now: datetime
) -> None:
    """Put a digest in the place of messages that wait. One that could not be sent gives way to it."""
    outbox.queue(connection, [notifier], digest, now)
    row_id = connection.execute(
        select(func.max(table.c.id)).where(
            table.c.notifier == notifier, table.c.session_id == digest.session_id
        )
    ).scalar_one()
    connection.execute(
        update(table).where(table.c.id.in_(members)).values(status=DeliveryStatus.FOLDED, folded_into=row_id)
    )


def told_by(connection: Connection, digest_id: int) -> Sequence[Alert]:
    """Return the messages that a digest tells; none if it is no digest."""
    return list(connection.execute(select(table.c.payload).where(table.c.folded_into == digest_id)).scalars())


def wake(connection: Connection, notifier: str, now: datetime) -> None:
    """Let what failed before be tried again at once: the channel answers."""
    connection.execute(
        update(table)
        .where(table.c.notifier == notifier, table.c.status == DeliveryStatus.QUEUED)
        .where(table.c.attempts > 0, table.c.next_attempt_at > now)
        .values(next_attempt_at=now)
    )


def hold(connection: Connection, notifier: str, until: datetime) -> None:
    """Send nothing more to a notifier before `until`, as its channel asks."""
    meta.write(connection, meta.held_until_of(notifier), until.isoformat())


def held_until(connection: Connection, notifier: str) -> datetime | None:
    """Return until when a channel asked to be left alone, if it ever did."""
    kept = meta.read(connection, meta.held_until_of(notifier))
    return None if kept is None else datetime.fromisoformat(kept)
