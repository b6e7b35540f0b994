"""Records writes, and what further records say of them."""

from datetime import datetime

from msgspec import structs
from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.change import Amended, Write
from drift.model.event import Fate, Outcome, UnreadableRecord
from drift.model.evidence import AmendmentRecord, EntryKind
from drift.redacted import redact_event
from drift.stages.record.same import is_same
from drift.stages.record.sources import record_gap
from drift.store import writes

_IN_PROGRESS = " (in progress)"


def record_write(connection: Connection, source: str, write: Write, now: datetime) -> Fate:
    """Record a write, or an attempt at one, with the judgement of who made it and how."""
    event, clean = write.event, _clean(write)
    entry = append(connection, kind=EntryKind.OBSERVATION, ref=event.key, body=clean, recorded_at=now)
    writes.add_write(connection, clean, entry.seq)
    writes.release(connection, write)
    if event.outcome is Outcome.FAILURE:
        return Fate.ATTEMPT
    if write.classification.exclusion is not None:
        return Fate.EXCLUDED
    if event.occurred_at is None:
        unreadable = UnreadableRecord(error="a change that says not when it was made", source=event.source)
        record_gap(connection, source, unreadable, now)
        return Fate.UNDATED
    return Fate.CHANGE


def record_amendment(connection: Connection, write: Write, amended: Amended, now: datetime) -> bool:
    """Record what further records say of a write that was recorded before.

    Tells whether that is more than that they exist, so that its changes must be judged again. Who
    opened a session is recorded where it says more.
    """
    clean, before = _clean(write), amended.before.write
    is_news = not is_same(structs.replace(before, parts=()), structs.replace(clean, parts=()))
    if amended.opened_by and not is_news:
        return False
    records = (amended.opened_by,) if amended.opened_by else write.parts[len(before.parts) :]
    body = AmendmentRecord(why=amended.why, records=records, write=clean)
    entry = append(
        connection,
        kind=EntryKind.AMENDMENT,
        ref=write.event.key,
        body=body,
        recorded_at=now,
        links=(amended.before.ledger_seq,),
    )
    writes.amend_write(connection, clean, entry.seq)
    writes.release(connection, write)
    return is_news


def _clean(write: Write) -> Write:
    event = redact_event(write.event)
    if write.is_in_progress and not event.summary.endswith(_IN_PROGRESS):
        event = structs.replace(event, summary=f"{event.summary}{_IN_PROGRESS}")
    return structs.replace(write, event=event)
