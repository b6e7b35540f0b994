"""Alarms: those that stand, and those that ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from drift.model.alarm import Alarm
from drift.store.schema import alarm as table


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmRow:
    """An alarm, and where it is in its life."""

    alarm_id: str
    alarm: Alarm
    raised_at: datetime
    ended_at: datetime | None
    """`None` while it stands."""
    ledger_seq: int


def alarms(connection: Connection, *, with_ended: bool = False) -> Sequence[AlarmRow]:
    """Return the alarms that stand, the oldest first; on demand also those that ended."""
    query = select(table).order_by(table.c.raised_at, table.c.alarm_id)
    if not with_ended:
        query = query.where(table.c.ended_at.is_(None))
    return [_row(row) for row in connection.execute(query)]


def standing(connection: Connection, slug: str) -> Sequence[AlarmRow]:
    """Return the alarms of one kind that stand, by their subject."""
    query = select(table).where(table.c.slug == slug, table.c.ended_at.is_(None)).order_by(table.c.subject)
    return [_row(row) for row in connection.execute(query)]


def keep_alarm(connection: Connection, alarm_id: str, alarm: Alarm, ledger_seq: int, now: datetime) -> None:
    """Keep an alarm that is raised."""
    connection.execute(
        insert(table).values(
            alarm_id=alarm_id,
            slug=alarm.slug,
            subject=alarm.subject,
            raised_at=now,
            ledger_seq=ledger_seq,
            body=alarm,
        )
    )


def mark_ended(connection: Connection, alarm_id: str, ledger_seq: int, now: datetime) -> None:
    """Note that an alarm is over."""
    ended = {"ended_at": now, "ledger_seq": ledger_seq}
    connection.execute(update(table).where(table.c.alarm_id == alarm_id).values(ended))


def _row(row: Row[tuple[object, ...]]) -> AlarmRow:
    return AlarmRow(
        alarm_id=row.alarm_id,
        alarm=row.body,
        raised_at=row.raised_at,
        ended_at=row.ended_at,
        ledger_seq=row.ledger_seq,
    )
