"""Does the watch see what is written? A harmless write of our own must come back as a record.

It is told apart by its token, which nobody can guess, and by what it touches: who copies the
token into another call hides nothing.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from drift.errors import ProviderError, only_provider_errors
from drift.ledger.log import append
from drift.model.alarm import LOST_CANARY, Alarm
from drift.model.event import ChangeEvent, Outcome, RawRecord
from drift.model.evidence import CanaryRecord, CanaryStatus, EntryKind
from drift.model.verdict import Severity
from drift.ports import Canary
from drift.redact import redact
from drift.store import canaries
from drift.store.canaries import CanaryRow
from drift.store.database import Database

MARK = b"driftledger-canary-"
_TOKEN = re.compile(MARK + rb"[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True, slots=True)
class CanaryRules:
    """When a canary is written, and by when its record must be there."""

    every: timedelta
    within: timedelta


def write_canary(database: Database, name: str, canary: Canary, rules: CanaryRules, now: datetime) -> None:
    """Make the write of a canary if it is due; one that failed is tried again once its time is over."""
    with database.reading() as connection:
        last = canaries.latest(connection, name)
    if last is not None and now < (last.due_at if last.error else last.written_at + rules.every):
        return
    token = f"{MARK.decode()}{uuid.uuid4().hex}"
    due_at = now + rules.within
    with database.transaction() as connection:
        canaries.begin(
            connection, token=token, name=name, resource=canary.resource, written_at=now, due_at=due_at
        )
    try:
        with only_provider_errors("writing the canary"):
            canary.write(token)
    except ProviderError as error:
        with database.transaction() as connection:
            canaries.mark_failed(connection, token, redact(error.what).value)
        return
    with database.transaction() as connection:
        canaries.mark_written(connection, token)
        if (row := canaries.with_token(connection, token)) is not None:
            _record(connection, row, CanaryStatus.WRITTEN, now)


def is_canary(connection: Connection, raw: RawRecord, event: ChangeEvent, now: datetime) -> bool:
    """Tell whether a record is of a write of our own; the first one of each is recorded as proof."""
    if MARK not in raw.body:
        return False
    row = next(filter(None, (canaries.with_token(connection, one) for one in _tokens(raw.body))), None)
    if row is None or [one.id for one in event.resources] != [row.resource]:
        return False
    if row.seen_at is not None:
        return row.event == event.key
    if event.outcome is Outcome.FAILURE:
        return False
    canaries.mark_seen(connection, row.token, event.key, now)
    _record(connection, row, CanaryStatus.SEEN, now, event)
    return True


def find_lost_canaries(
    connection: Connection, rules: Mapping[str, CanaryRules], now: datetime
) -> Sequence[Alarm]:
    """Return an alarm for each canary whose record did not come in time, or that cannot be written."""
    return [alarm for name in rules for alarm in _lost(name, canaries.unseen(connection, name), now)]


def _lost(name: str, rows: Sequence[CanaryRow], now: datetime) -> Sequence[Alarm]:
    late = [row for row in rows if row.due_at <= now or row.error]
    if not late:
        return ()
    first = late[0]
    if first.error:
        text = f"the canary {name} cannot be written: {first.error}"
        hint = "See to it that it can: until then nothing proves that the watch sees."
    else:
        text = (
            f"the watch did not see its own write: the canary {name} of {first.written_at:%Y-%m-%d %H:%M} UTC"
            f" was due at {first.due_at:%H:%M}"
        )
        hint = "Look whether the log of that account is still delivered, and whether somebody changed that."
    alarm = Alarm(
        slug=LOST_CANARY,
        subject=name,
        text=text,
        hint=hint,
        severity=Severity.HIGH,
        since=first.written_at,
    )
    return (alarm,)


def _tokens(body: bytes) -> Sequence[str]:
    return [token.decode() for token in dict.fromkeys(_TOKEN.findall(body))]


def _record(
    connection: Connection,
    row: CanaryRow,
    status: CanaryStatus,
    now: datetime,
    event: ChangeEvent | None = None,
) -> None:
    body = CanaryRecord(
        status=status,
        canary=row.name,
        token=row.token,
        written_at=row.written_at,
        due_at=row.due_at,
        event=event.key if event else None,
        event_sha256=event.source.sha256 if event else None,
    )
    append(connection, kind=EntryKind.CANARY, ref=row.name, body=body, recorded_at=now)
