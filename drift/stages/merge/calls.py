"""Which records tell of one call, and what do they say together?

A long operation is told of in several. The cloud may take back what it said, and tell
several accounts of one call. What was recorded before keeps its key, by which evidence names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import structs

from drift.model.change import Amended, Amendment, Earlier, KnownWrite, Part, Write
from drift.model.event import ChangeEvent
from drift.model.verdict import Actor, Classification
from drift.stages.merge.operations import is_whole, joined, tells_the_end

HOLD = timedelta(minutes=15)
"""How long the records of an operation wait for the others before they are judged without them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """What one or more records say of one call."""

    event: ChangeEvent
    parts: tuple[Part, ...]
    """The records beside the one that the call is known by."""
    is_in_progress: bool
    """It was begun, and nothing tells how it ended."""
    amends: Amended | None = None
    """The write of it that was recorded before, if one was."""

    @property
    def is_as_told(self) -> bool:
        """The event is the very one that was recorded: who made the call is what may be different."""
        return self.amends is not None and self.amends.why is Amendment.ATTRIBUTED

    def judged(self, event: ChangeEvent, actor: Actor, classification: Classification) -> Write:
        """Return the write that the call is, once it is told who made it and how."""
        return Write(
            event=event,
            actor=actor,
            classification=classification,
            parts=self.parts,
            is_in_progress=self.is_in_progress,
        )


def must_wait(event: ChangeEvent, earlier: Earlier) -> bool:
    """Tell whether other records of the operation must come before it can be judged."""
    return earlier.write is None and event.operation is not None and not is_whole((*earlier.held, event))


def held_until(event: ChangeEvent, now: datetime) -> datetime:
    """Return when the wait for the other records of the operation is over."""
    return min(event.occurred_at or now, now) + HOLD


def merge(event: ChangeEvent, earlier: Earlier) -> Merged:
    """Return what a record says of a call together with the earlier ones."""
    records = (*earlier.held, event)
    if earlier.write is not None:
        return _amended(earlier.write, records)
    whole = joined(records)
    return Merged(
        event=whole,
        parts=tuple(_part(one) for one in records if one.key != whole.key),
        is_in_progress=whole.operation is not None and not any(map(tells_the_end, records)),
    )


def told_of_opening(known: KnownWrite, event: ChangeEvent) -> Merged:
    """Return a write as it was told, to be judged by what `event` says of a session that it was made in."""
    write = known.write
    return Merged(
        event=write.event,
        parts=write.parts,
        is_in_progress=write.is_in_progress,
        amends=Amended(before=known, why=Amendment.ATTRIBUTED, opened_by=_part(event)),
    )


def still_known(actor: Actor, merged: Merged) -> Actor:
    """Return who answers for a call that was judged before: who opened a session is forgotten after days."""
    return actor if merged.amends is None else more_known(actor, merged.amends.before.write.actor)


def more_known(actor: Actor, before: Actor | None) -> Actor:
    """Return who was found to answer for a call `before`, if that knew more of who stood behind it."""
    if before is None:
        return actor
    has_forgotten = actor.principal == before.principal and len(actor.chain) < len(before.chain)
    return before if has_forgotten else actor


def _amended(before: KnownWrite, records: Sequence[ChangeEvent]) -> Merged:
    known, newest = before.write, records[-1]
    why = _amendment(known.event, newest)
    match why:
        case Amendment.COMPLETED:
            event = joined((known.event, *records))
        case Amendment.CORRECTED:
            event = newest if newest.is_owners or not known.event.is_owners else known.event
        case Amendment.COPIED:
            event = newest if newest.is_owners and not known.event.is_owners else known.event
    return Merged(
        event=structs.replace(
            event,
            event_id=known.event.event_id,
            source=known.event.source,
            corrects=known.event.corrects,
            shared_id=known.event.shared_id or event.shared_id,
        ),
        parts=(*known.parts, *map(_part, records)),
        is_in_progress=known.is_in_progress and not any(map(tells_the_end, records)),
        amends=Amended(before=before, why=why),
    )


def _amendment(known: ChangeEvent, event: ChangeEvent) -> Amendment:
    if event.corrects:
        return Amendment.CORRECTED
    is_same = event.operation and known.operation and event.operation.key == known.operation.key
    return Amendment.COMPLETED if is_same else Amendment.COPIED


def _part(event: ChangeEvent) -> Part:
    return Part(key=event.key, source=event.source)
