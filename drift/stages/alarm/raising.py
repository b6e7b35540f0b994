"""Raises alarms and ends them: state, evidence and message in one transaction."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.alarm import Alarm, ToldAlarm
from drift.model.alert import Alert
from drift.model.evidence import AlarmRecord, AlarmStatus, EntryKind
from drift.stages.alarm.wording import message
from drift.store import alarms, outbox
from drift.store.alarms import AlarmRow

_NAMESPACE = uuid.UUID("8d0f0d7c-53f3-5f7c-8d39-0b8f7a4f6c11")


def raise_alarm(connection: Connection, notifiers: Iterable[str], alarm: Alarm, now: datetime) -> bool:
    """Raise an alarm and queue its message, unless it stands already; tell whether it is news."""
    if any(row.alarm.subject == alarm.subject for row in alarms.standing(connection, alarm.slug)):
        return False
    alarm_id = f"alm-{uuid.uuid5(_NAMESPACE, f'{alarm.slug}/{alarm.subject}/{now.isoformat()}').hex[:12]}"
    body = AlarmRecord(status=AlarmStatus.RAISED, alarm=alarm)
    entry = append(connection, kind=EntryKind.ALARM, ref=alarm_id, body=body, recorded_at=now)
    alarms.keep_alarm(connection, alarm_id, alarm, entry.seq, now)
    told = ToldAlarm(alarm=alarm, ended_at=None, ledger_seq=entry.seq)
    outbox.queue(connection, notifiers, message(alarm_id, told, now), now)
    return True


def end_alarm(
    connection: Connection, notifiers: Iterable[str], slug: str, subject: str, now: datetime
) -> bool:
    """End an alarm and let its message say so, if it stands; tell whether it did."""
    rows = [row for row in alarms.standing(connection, slug) if row.alarm.subject == subject]
    for row in rows:
        outbox.queue(connection, notifiers, _ended(connection, row, now), now)
    return bool(rows)


def only_these(
    connection: Connection, notifiers: Iterable[str], slug: str, wanted: Sequence[Alarm], now: datetime
) -> None:
    """Let these alarms of one kind stand and no others: raise what is news, end what is over."""
    subjects = {alarm.subject for alarm in wanted}
    for row in alarms.standing(connection, slug):
        if row.alarm.subject not in subjects:
            outbox.queue(connection, notifiers, _ended(connection, row, now), now)
    for alarm in wanted:
        raise_alarm(connection, notifiers, alarm, now)


def _ended(connection: Connection, row: AlarmRow, now: datetime) -> Alert:
    body = AlarmRecord(status=AlarmStatus.ENDED, alarm=row.alarm)
    entry = append(
        connection,
        kind=EntryKind.ALARM,
        ref=row.alarm_id,
        body=body,
        recorded_at=now,
        links=(row.ledger_seq,),
    )
    alarms.mark_ended(connection, row.alarm_id, entry.seq, now)
    told = ToldAlarm(alarm=row.alarm, ended_at=now, ledger_seq=entry.seq)
    return message(row.alarm_id, told, now)
