"""Alerts on their way: kept with the evidence they cite, sent at least once."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, exists, func, insert, select, update

from drift.model.alert import Alert
from drift.store.schema import outbox

_NAMESPACE = uuid.UUID("6f1f3a52-8c0b-5d3e-9d55-0b8f7a4f6c10")
"""Makes client ids a function of what the message is about, so that a repeat bears the same one."""


UNROUTED = ""
"""The notifier of alerts that were queued while none was configured; the first one to come sends them."""


class DeliveryStatus(StrEnum):
    """Where an alert is on its way."""

    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"
    """Refused for good, or given up; it can be sent again by hand."""
    SUPERSEDED = "superseded"
    """A later message about the session was queued before this one could be sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedAlert:
    """One alert for one notifier."""

    id: int
    notifier: str
    alert: Alert
    attempts: int
    replaces: str | None
    """The message about the session that was accepted last, to be edited in place."""


def was_told(connection: Connection, session_id: str) -> bool:
    """Tell whether a message about a session was queued before."""
    return bool(connection.execute(select(exists().where(outbox.c.session_id == session_id))).scalar_one())


def told_through(connection: Connection, session_id: str) -> frozenset[str]:
    """Return for which notifiers a message about a session was queued before."""
    query = select(outbox.c.notifier).where(outbox.c.session_id == session_id).distinct()
    return frozenset(connection.execute(query).scalars())


def queue(
    connection: Connection,
    notifiers: Iterable[str],
    alert: Alert,
    now: datetime,
    *,
    send_at: datetime | None = None,
) -> None:
    """Put an alert on its way to every notifier, in the transaction of what it tells about.

    It goes out at once, unless `send_at` says when; what takes the place of one that waits goes when
    that would have, so that news put nothing off.

    It takes the place of one about the same session that was not sent yet: sent later, after a
    failure, that one would overwrite the news. Without a notifier it is kept for the first to come.
    """
    for notifier in list(notifiers) or [UNROUTED]:
        waits_until = _supersede(connection, notifier, alert.session_id)
        revision = _next_revision(connection, notifier, alert.session_id)
        client_id = str(uuid.uuid5(_NAMESPACE, f"{notifier}/{alert.session_id}/{revision}"))
        connection.execute(
            insert(outbox).values(
                client_id=client_id,
                notifier=notifier,
                session_id=alert.session_id,
                revision=revision,
                status=DeliveryStatus.QUEUED,
                payload=replace(alert, client_id=client_id),
                attempts=0,
                next_attempt_at=min(filter(None, (send_at or now, waits_until))),
                created_at=now,
            )
        )


def give_way(connection: Connection, sessions: str) -> None:
    """Send none of the waiting alerts whose session begins so: a newer message says what they would."""
    connection.execute(
        update(outbox)
        .where(outbox.c.session_id.startswith(sessions, autoescape=True))
        .where(outbox.c.status == DeliveryStatus.QUEUED)
        .values(status=DeliveryStatus.SUPERSEDED)
    )


def due(connection: Connection, notifiers: Iterable[str], now: datetime) -> list[int]:
    """Return the ids of the alerts to be sent now, the oldest first."""
    return list(
        connection.execute(
            select(outbox.c.id)
            .where(outbox.c.status == DeliveryStatus.QUEUED, outbox.c.next_attempt_at <= now)
            .where(outbox.c.notifier.in_([*notifiers, UNROUTED]))
            .order_by(outbox.c.id)
        ).scalars()
    )


def queued_alert(connection: Connection, row_id: int, first_notifier: str) -> QueuedAlert | None:
    """Return one alert with the message it replaces, or `None` if it is queued no more.

    An alert that was queued for no notifier goes to the first one.
    """
    row = connection.execute(
        select(outbox).where(outbox.c.id == row_id, outbox.c.status == DeliveryStatus.QUEUED)
    ).one_or_none()
    if row is None:
        return None
    notifier = row.notifier or first_notifier
    replaces = connection.execute(
        select(outbox.c.reference)
        .where(outbox.c.session_id == row.session_id, outbox.c.notifier == notifier)
        .where(outbox.c.reference.is_not(None))
        .order_by(outbox.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return QueuedAlert(
        id=row.id, notifier=notifier, alert=row.payload, attempts=row.attempts, replaces=replaces
    )


def mark_sent(connection: Connection, queued: QueuedAlert, reference: str, now: datetime) -> None:
    """Note which notifier took the message, and where it stands."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == queued.id)
        .values(
            notifier=queued.notifier,
            status=DeliveryStatus.SENT,
            reference=reference,
            sent_at=now,
            attempts=outbox.c.attempts + 1,
            last_error=None,
        )
    )


def mark_failed(
    connection: Connection, row_id: int, error: str, next_attempt_at: datetime, status: DeliveryStatus
) -> None:
    """Note why an attempt failed, and when the next one is due."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == row_id)
        .values(
            status=status, last_error=error, next_attempt_at=next_attempt_at, attempts=outbox.c.attempts + 1
        )
    )


def counts(connection: Connection) -> dict[str, int]:
    """Return how many alerts are in each status."""
    rows = connection.execute(select(outbox.c.status, func.count()).group_by(outbox.c.status))
    return {status: int(number) for status, number in rows}


def _supersede(connection: Connection, notifier: str, session_id: str) -> datetime | None:
    """Let no older message about a session go out; return when one would have that was not tried yet."""
    mine = (outbox.c.session_id == session_id, outbox.c.notifier.in_({notifier, UNROUTED}))
    waiting = (*mine, outbox.c.status == DeliveryStatus.QUEUED)
    untried = select(func.min(outbox.c.next_attempt_at)).where(*waiting, outbox.c.attempts == 0)
    waits_until: datetime | None = connection.execute(untried).scalar_one()
    connection.execute(update(outbox).where(*waiting).values(status=DeliveryStatus.SUPERSEDED))
    return waits_until


def _next_revision(connection: Connection, notifier: str, session_id: str) -> int:
    last = connection.execute(
        select(func.max(outbox.c.revision)).where(
            outbox.c.notifier == notifier, outbox.c.session_id == session_id
        )
    ).scalar_one()
    return 0 if last is None else int(last) + 1
