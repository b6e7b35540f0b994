"""From delivered records to recorded writes: what a source told, kept batch by batch."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from drift.equipment import Equipment
from drift.model.change import Amendment
from drift.model.event import CHANGING, ChangeEvent, Fate, RawRecord, UnreadableRecord
from drift.model.history import is_history
from drift.stages.attribute import MAX_CHAIN, attribute
from drift.stages.canary import is_canary
from drift.stages.classify import classify
from drift.stages.collect import Batch
from drift.stages.group import group, regroup
from drift.stages.merge import Merged, more_known, still_known
from drift.stages.merge.gather import gather, gather_opened, gather_overdue
from drift.stages.record import record_amendment, record_unreadable, record_write
from drift.store.sessions import note_sessions, sessions_behind
from drift.store.tally import Tally, recount
from drift.store.writes import expect, known_among

Said: TypeAlias = tuple[RawRecord | UnreadableRecord, ChangeEvent | UnreadableRecord]
"""A record, and what it says."""

WRITES = frozenset({Fate.CHANGE, Fate.ATTEMPT, Fate.EXCLUDED, Fate.UNDATED})
"""What became of records that each told of another write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """What a batch held."""

    unread: Counter[str]
    """How many records could not be read, by file."""
    writes: int


def observe(have: Equipment, batch: Batch, now: datetime) -> Observed:
    """Keep a batch; what of it cannot be read is recorded as a gap, and counted by file."""
    tally, unread, writes = Tally(batch.source), Counter[str](), 0
    owner = have.policy.of_source(batch.source).owner
    said = [(raw, _translated(have, raw)) for raw in batch.records]
    if have.vault and (kept := _to_keep(have, batch, said)):
        # Before the evidence that names them, and outside its transaction: a vault may take its time.
        have.vault.keep(kept, now)
    with have.database.transaction() as connection:
        wanted = (one for _, one in said if isinstance(one, ChangeEvent) and _is_wanted(one, batch))
        expect(connection, [one.key for one in wanted])
        for raw, event in said:
            if isinstance(event, UnreadableRecord):
                record_unreadable(connection, batch.source, batch.delivery.version, event, owner, now)
                tally.count_unreadable()
                unread[event.source.file] += 1
                continue
            _open(have, connection, batch.source, event, now)
            if batch.span.has(event.occurred_at):  # whose session it opened counts all the same
                writes += _follow(have, connection, tally, raw, event, now) in WRITES
        tally.keep(connection)
        batch.mark_read(connection, now)
    return Observed(unread=unread, writes=writes)


def take(
    have: Equipment, connection: Connection, tally: Tally, raw: RawRecord, now: datetime
) -> ChangeEvent | UnreadableRecord:
    """Follow one record by itself, unless nothing can be read from it; return what it says."""
    event = _translated(have, raw)
    if not isinstance(event, UnreadableRecord):
        _open(have, connection, tally.source, event, now)
        _follow(have, connection, tally, raw, event, now)
    return event


def settle(have: Equipment, now: datetime) -> None:
    """Judge the calls of which not all records came in time by those that did."""
    with have.database.transaction() as connection:
        for source, merged in gather_overdue(connection, now):
            recount(connection, source, merged.event, _write(have, connection, source, merged, now))


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


def _open(have: Equipment, connection: Connection, source: str, event: ChangeEvent, now: datetime) -> None:
    """Remember the session that a record opens; what was told of its calls before is judged again."""
    for late in gather_opened(connection, event, now):
        _write(have, connection, source, late, now)


def _follow(
    have: Equipment,
    connection: Connection,
    tally: Tally,
    raw: RawRecord | UnreadableRecord,
    event: ChangeEvent,
    now: datetime,
) -> Fate:
    if isinstance(raw, RawRecord) and is_canary(connection, raw, event, now):
        tally.count(event, Fate.CANARY)
        return Fate.CANARY
    told = gather(connection, tally.source, event, now)
    fate = told if isinstance(told, Fate) else _write(have, connection, tally.source, told, now)
    tally.count(event, fate)
    return fate


def _write(have: Equipment, connection: Connection, source: str, merged: Merged, now: datetime) -> Fate:
    """Record a call that changes something: who made it, how, and to which change it belongs."""
    policy, event, from_history = have.policy, merged.event, is_history(source)
    if not merged.is_as_told:  # what is recorded is described, and its secrets are cut out
        event = have.translators.describe(event)
    sessions = sessions_behind(connection, event, MAX_CHAIN)
    actor = still_known(attribute(event, sessions, policy.identities), merged)
    actor = more_known(actor, have.recall(event.key))
    write = merged.judged(event, actor, classify(event, actor, policy.channels))
    belongs = write.is_change or (event.occurred_at is not None and policy.decision.is_alarming(event))
    if merged.amends is None:
        fate = record_write(connection, source, write, now)
        if belongs:
            group(connection, write, is_history=from_history)
    else:
        fate = Fate.DUPLICATE if merged.amends.why is Amendment.COPIED else Fate.PART
        if record_amendment(connection, write, merged.amends, now):
            regroup(connection, write, belongs=belongs, is_history=from_history)
    note_sessions(connection, event, sessions, now)
    return fate
