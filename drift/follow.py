"""From delivered records to recorded writes: what a source told, kept batch by batch."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from drift.equipment import Equipment
from drift.intake import Intake
from drift.model.event import CHANGING, ChangeEvent, Fate, RawRecord, UnreadableRecord
from drift.model.history import is_history
from drift.stages.collect import Batch, Haul
from drift.stages.merge.gather import gather_overdue
from drift.stages.record import record_unreadable
from drift.store.tally import Tally, recount
from drift.store.writes import known_among

Said: TypeAlias = tuple[RawRecord | UnreadableRecord, ChangeEvent | UnreadableRecord]
"""A record, and what it says."""

WRITES = frozenset({Fate.CHANGE, Fate.ATTEMPT, Fate.EXCLUDED, Fate.UNDATED})
"""What became of records that each told of another write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """What a batch held."""

    unread: Counter[str]
    """How many records could not be read, by file."""
    records: int
    writes: int


def observe(have: Equipment, haul: Haul, now: datetime) -> Observed:
    """Keep batches of one source; what of them cannot be read is recorded as a gap, and counted by file."""
    source = haul[0].source
    tally, unread, writes = Tally(source), Counter[str](), 0
    owner = have.policy.of_source(source).owner
    told = [(batch, [(raw, _translated(have, raw)) for raw in batch.records]) for batch in haul]
    if have.vault and (kept := [raw for batch, said in told for raw in _to_keep(have, batch, said)]):
        # Before the evidence that names them, and outside its transaction: a vault may take its time.
        have.vault.records.keep(kept, now)
    with have.database.transaction() as connection:
        intake = Intake(have, connection, source, now)
        intake.expect([one for _, said in told for _, one in said if isinstance(one, ChangeEvent)])
        for batch, said in told:
            for raw, event in said:
                if isinstance(event, UnreadableRecord):
                    record_unreadable(connection, source, batch.delivery.version, event, owner, now)
                    tally.count_unreadable()
                    unread[event.source.file] += 1
                    continue
                intake.open(event)
                if batch.span.has(event.occurred_at):  # whose session it opened counts all the same
                    fate = intake.follow(raw, event)
                    tally.count(event, fate)
                    writes += fate in WRITES
            batch.mark_read(connection, now)
        intake.finish()
        tally.keep(connection)
    records = sum(len(batch.records) for batch in haul)
    return Observed(unread=unread, records=records, writes=writes)


def take(
    have: Equipment, connection: Connection, tally: Tally, raw: RawRecord, now: datetime
) -> ChangeEvent | UnreadableRecord:
    """Follow one record by itself, unless nothing can be read from it; return what it says."""
    event = _translated(have, raw)
    if not isinstance(event, UnreadableRecord):
        intake = Intake(have, connection, tally.source, now)
        intake.open(event)
        tally.count(event, intake.follow(raw, event))
        intake.finish()
    return event


def settle(have: Equipment, now: datetime) -> None:
    """Judge the calls of which not all records came in time by those that did."""
    with have.database.transaction() as connection:
        for source, merged in gather_overdue(connection, now):
            intake = Intake(have, connection, source, now)
            recount(connection, source, merged.event, intake.write(merged))
            intake.finish()


def told_of(unread: Counter[str]) -> str:
    """Say in which files records could not be read."""
    first, others = next(iter(unread)), len(unread) - 1
    where = f"{first} and {others} more" if others else first
    return f"{unread.total()} unreadable, recorded as gaps (`drift classify` says what is wrong in {where})"


def _translated(have: Equipment, raw: RawRecord | UnreadableRecord) -> ChangeEvent | UnreadableRecord:
    said = have.translators.translate(raw)
    return said if isinstance(said, UnreadableRecord) else have.policy.decision.with_erasures(said)


def _to_keep(have: Equipment, batch: Batch, said: Iterable[Said]) -> list[RawRecord]:
    """Return the records that evidence rests on; those of known history were kept when it was new."""
    kept = [(raw, event) for raw, event in said if isinstance(raw, RawRecord) and _is_wanted(event, batch)]
    if not is_history(batch.source):
        return [raw for raw, _ in kept]
    keys = {raw: event.key for raw, event in kept if isinstance(event, ChangeEvent)}
    with have.database.reading() as connection:
        known = known_among(connection, keys.values())
    return [raw for raw, _ in kept if keys.get(raw) not in known]


def _is_wanted(event: ChangeEvent | UnreadableRecord, batch: Batch) -> bool:
    if isinstance(event, UnreadableRecord):
        return True
    return event.intended in CHANGING and batch.span.has(event.occurred_at)
