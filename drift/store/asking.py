"""Whom a change session was asked about before their team is told, and what waits for the answer."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select, update

from drift.model.alert import Alert, Asked
from drift.store.outbox import DeliveryStatus
from drift.store.schema import outbox

_PRIVATE = "private-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """A question to one person, as it stands."""

    notifier: str
    to: str
    asked: Asked
    is_open: bool
    """It was sent, or is to be: it can be edited. Else it was refused, or came too late."""


def private_id(session_id: str) -> str:
    """Return what stands in place of a change session in a message to one person about it."""
    return f"{_PRIVATE}{session_id}"


def asked_about(connection: Connection, session_id: str) -> Asking | None:
    """Return what was asked about a change session, if anything was; always as it was asked first."""
    rows = connection.execute(
        select(outbox.c.notifier, outbox.c.payload, outbox.c.status, outbox.c.reference)
        .where(outbox.c.session_id == private_id(session_id))
        .order_by(outbox.c.id)
    ).all()
    first: Alert | None = rows[0].payload if rows else None
    if first is None or first.asked is None or first.to is None:
        return None
    return Asking(
        notifier=rows[0].notifier,
        to=first.to,
        asked=first.asked,
        is_open=any(row.reference is not None or row.status == DeliveryStatus.QUEUED for row in rows),
    )


def heard_through(connection: Connection, session_id: str) -> frozenset[str]:
    """Return which notifiers may have told of a session: what only waited, and gave way, told nobody."""
    was_tried = or_(
        outbox.c.attempts > 0,
        outbox.c.attempted_at.is_not(None),
        outbox.c.status == DeliveryStatus.FOLDED,
    )
    query = select(outbox.c.notifier).where(outbox.c.session_id == session_id, was_tried).distinct()
    return frozenset(connection.execute(query).scalars())


def withdraw(connection: Connection, session_id: str) -> None:
    """Send nothing of what waits about a session: it was answered, and nothing is left to do."""
    connection.execute(update(outbox).where(*_waiting(session_id)).values(status=DeliveryStatus.SUPERSEDED))


def release(connection: Connection, alert: Alert, now: datetime) -> None:
    """Let the team be told when it would have been without the question that `alert` is: nobody was asked."""
    if alert.asked is None:
        return
    at = max(now, alert.asked.otherwise_at)
    connection.execute(
        update(outbox)
        .where(*_waiting(alert.asked.session_id), outbox.c.next_attempt_at > at)
        .values(next_attempt_at=at)
    )


def _waiting(session_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        outbox.c.session_id == session_id,
        outbox.c.status == DeliveryStatus.QUEUED,
        outbox.c.attempts == 0,
    )
