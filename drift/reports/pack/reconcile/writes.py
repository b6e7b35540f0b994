"""What the ledger says of each write: as it was counted when it was read, and as it stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import msgspec

from drift.model.event import Fate
from drift.model.evidence import EntryKind
from drift.reports.pack.view import View


class Standing(NamedTuple):
    """As what a write counts, and where."""

    fate: Fate
    account: str | None
    exclusion: str | None


@dataclass(slots=True)
class Writes:
    """The writes of a period, by the key of their record."""

    counted: dict[str, Standing] = field(default_factory=dict)
    """As they were counted when they were read: those that by their first entry lie in the period."""
    standing: dict[str, Standing] = field(default_factory=dict)
    """As they stand: those that by their latest entry do."""
    parts: set[str] = field(default_factory=set)
    """Keys of the further records that tell of a write, whenever that was made."""
    others: set[str] = field(default_factory=set)
    """Keys of writes that lie outside of the period."""

    def is_known(self, key: str) -> bool:
        """Tell whether any record that the ledger has bears this key."""
        return key in self.standing or key in self.parts or key in self.others


class _Call(msgspec.Struct):
    account: str | None = None


class _Event(msgspec.Struct):
    occurred_at: datetime | None = None
    outcome: str | None = None
    call: _Call = msgspec.field(default_factory=_Call)


class _Classification(msgspec.Struct):
    exclusion: str | None = None


class _Part(msgspec.Struct):
    key: str


class _Write(msgspec.Struct):
    event: _Event = msgspec.field(default_factory=_Event)
    classification: _Classification = msgspec.field(default_factory=_Classification)
    parts: tuple[_Part, ...] = ()


class _Amendment(msgspec.Struct):
    write: _Write


def writes_of(view: View) -> Writes:
    """Read the writes of the period of a view, each once; which reads every entry about one."""
    found, period, shared = Writes(), view.request.period, dict[Standing, Standing]()
    for key, write in _told(view, found):
        standing = _standing(write)
        standing = shared.setdefault(standing, standing)
        found.parts.update(part.key for part in write.parts)
        if period.holds(write.event.occurred_at):
            found.standing[key] = standing
            found.others.discard(key)
        else:
            found.standing.pop(key, None)
            found.others.add(key)
    return found


def _told(view: View, found: Writes) -> Iterator[tuple[str, _Write]]:
    """Yield what entry after entry says of a write; the first about each also as it was counted."""
    for first in view.entries(EntryKind.OBSERVATION, _Write):
        if view.request.period.holds(first.body.event.occurred_at):
            found.counted[first.entry.ref] = _standing(first.body)
        yield first.entry.ref, first.body
    for amended in view.entries(EntryKind.AMENDMENT, _Amendment):
        yield amended.entry.ref, amended.body.write


def _standing(write: _Write) -> Standing:
    event, exclusion = write.event, write.classification.exclusion
    if event.outcome == "failure":
        fate = Fate.ATTEMPT
    elif exclusion is not None:
        fate = Fate.EXCLUDED
    else:
        fate = Fate.UNDATED if event.occurred_at is None else Fate.CHANGE
    return Standing(fate=fate, account=event.call.account, exclusion=exclusion)
