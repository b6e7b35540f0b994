"""Records writes, and what further records say of them."""

from datetime import datetime

from msgspec import Raw, structs
from sqlalchemy import Connection

from drift.ledger.entry import encode_body
from drift.ledger.log import append
from drift.model.change import Amended, Write
from drift.model.event import Call, ChangeEvent, Fate, Outcome, UnreadableRecord
from drift.model.evidence import AmendmentRecord, EntryKind
from drift.redacted import redact_call, redact_event
from drift.stages.record.same import is_same
from drift.stages.record.sources import record_gap
from drift.store import writes
from drift.store.database import of_transaction

_IN_PROGRESS = " (in progress)"


def record_write(connection: Connection, source: str, write: Write, now: datetime) -> Fate:
    """Record a write, or an attempt at one, with the judgement of who made it and how."""
    event, clean = write.event, _clean(connection, write)
    body = Raw(encode_body(clean))  # once: it stands in the ledger, and as what is known of the write
    entry = append(connection, kind=EntryKind.OBSERVATION, ref=event.key, body=body, recorded_at=now)
    writes.add_write(connection, clean, entry.seq, body)
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
    clean, before = _clean(connection, write), amended.before.write
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


def _clean(connection: Connection, write: Write) -> Write:
    event = of_transaction(connection, _Cleaner).clean(write.event)
    if write.is_in_progress and not event.summary.endswith(_IN_PROGRESS):
        event = structs.replace(event, summary=f"{event.summary}{_IN_PROGRESS}")
    return structs.replace(write, event=event)


class _Cleaner:
    """Cuts secrets out of events; calls are shared among them, and are cleaned once a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._calls: dict[int, tuple[Call, Call]] = {}

    def clean(self, event: ChangeEvent) -> ChangeEvent:
        """Return an event without secrets."""
        known = self._calls.get(id(event.call))
        if known is None:
            self._calls[id(event.call)] = known = (event.call, redact_call(event.call))
        return redact_event(event, known[1])
