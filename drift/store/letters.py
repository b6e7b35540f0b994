"""Messages that are on their way or could not be delivered, for people who look after them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, select, update

from drift.model.verdict import Severity
from drift.store.outbox import DeliveryStatus
from drift.store.schema import outbox

UNDELIVERED = (DeliveryStatus.QUEUED, DeliveryStatus.DEAD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One message for one notifier."""

    id: int
    notifier: str
    """Empty while none is configured."""
    session_id: str
    status: DeliveryStatus
    severity: Severity
    headline: str
    attempts: int
    error: str | None
    """Why the last attempt failed."""
    created_at: datetime
    next_attempt_at: datetime


def undelivered(
    connection: Connection, *, statuses: Sequence[DeliveryStatus] = UNDELIVERED
) -> Sequence[Letter]:
    """Return the messages of these statuses, the oldest first."""
    rows = connection.execute(select(outbox).where(outbox.c.status.in_(statuses)).order_by(outbox.c.id))
    return [
        Letter(
            id=row.id,
            notifier=row.notifier,
            session_id=row.session_id,
            status=DeliveryStatus(row.status),
            severity=row.payload.severity,
            headline=row.payload.headline,
            attempts=row.attempts,
            error=row.last_error,
            created_at=row.created_at,
            next_attempt_at=row.next_attempt_at,
        )
        for row in rows
    ]


def letter(connection: Connection, row_id: int) -> Letter | None:
    """Return one message that is not delivered, `None` if there is no such."""
    return next((one for one in undelivered(connection) if one.id == row_id), None)


def is_overtaken(connection: Connection, one: Letter) -> bool:
    """Tell whether a later message about the same was queued: sent now, this one would take it back."""
    later = exists().where(
        outbox.c.notifier == one.notifier, outbox.c.session_id == one.session_id, outbox.c.id > one.id
    )
    return bool(connection.execute(select(later)).scalar_one())


def send_again(connection: Connection, row_id: int, now: datetime) -> None:
    """Put a message on its way once more, as if it had never been tried."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == row_id)
        .values(
            status=DeliveryStatus.QUEUED, attempts=0, next_attempt_at=now, created_at=now, last_error=None
        )
    )
