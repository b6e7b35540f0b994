"""The changes and sessions that records add up to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from drift.model.event import ChangeEvent, Outcome, Source
from drift.model.resource import Resource
from drift.model.verdict import Actor, Channel, Classification, Lane

if TYPE_CHECKING:
    # `classify` waits for every import, and nobody acts on what it prints.
    from drift.model.action import Action

SESSION_GAP = timedelta(minutes=15)
"""Writes of one actor that are further apart belong to different changes and sessions."""

SESSION_LIMIT = timedelta(hours=24)
"""No change or session is longer: the writes of a machine that never pauses are cut into days."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A change or session that was begun earlier, and how far it reaches."""

    id: str
    began_at: datetime
    ended_at: datetime

    def distance(self, at: datetime) -> timedelta:
        """Return how far `at` lies before or after it: records arrive out of order."""
        return max(self.began_at - at, at - self.ended_at, timedelta())

    def reaches(self, at: datetime) -> bool:
        """Tell whether a write at `at` still belongs to it."""
        length = max(self.ended_at, at) - min(self.began_at, at)
        return self.distance(at) < SESSION_GAP and length < SESSION_LIMIT


class Part(Struct, frozen=True, kw_only=True, gc=False):
    """A record that tells of a write: its own, one more of its operation, a correction or a copy."""

    key: str
    """The record's identity across redeliveries."""
    source: Source


class Write(Struct, frozen=True, kw_only=True, gc=False):
    """A change event with the judgement of who made it and how."""

    event: ChangeEvent
    actor: Actor
    classification: Classification
    parts: tuple[Part, ...] = ()
    """The further records that tell of it, in the order they were read."""
    is_in_progress: bool = False
    """It was begun, and how it ended was not told in time."""

    @property
    def is_change(self) -> bool:
        """It took effect, says when, and is nothing that the policy leaves out."""
        event = self.event
        took_effect = event.outcome is Outcome.SUCCESS and event.occurred_at is not None
        return took_effect and self.classification.exclusion is None

    @property
    def records(self) -> tuple[Part, ...]:
        """Every record that tells of it, the one that it is known by first."""
        return (Part(key=self.event.key, source=self.event.source), *self.parts)


class Amendment(StrEnum):
    """What a further record does to a write that was recorded before."""

    COMPLETED = "completed"
    """It tells of the same operation: how it ended, who began it, or what was changed."""
    CORRECTED = "corrected"
    """The cloud takes back what it said."""
    COPIED = "copied"
    """Another account was told of the same call. What the owner of the resource was told counts."""
    ATTRIBUTED = "attributed"
    """It came late, and tells who opened a session that the call was made in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownWrite:
    """A write that was recorded before."""

    write: Write
    ledger_seq: int
    """Of the latest evidence entry about it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Amended:
    """A write that further records amend, and what they do to it."""

    before: KnownWrite
    why: Amendment
    opened_by: Part | None = None
    """The record that tells who opened a session, where it is that which amends the write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """What earlier records say of the call that a record tells of."""

    write: KnownWrite | None = None
    held: tuple[ChangeEvent, ...] = ()
    """Records of its operation that wait for the others, and belong to no write yet."""
    is_repeated: bool = False
    """The very record was read before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One actor's writes to one resource in one session: the unit that is ticketed, tested and sampled."""

    change_id: str
    session_id: str
    resource: Resource
    writes: tuple[Write, ...]
    """In order of time, never empty."""
    withdrawn: str | None = None
    """Why none of the writes belongs to it any more; they are shown all the same. `None` if they do."""
    revision: int = 0
    """Rises whenever a write joins it, is amended or leaves it."""
    is_history: bool = False
    """It was taken in long after it was made: it is judged like any other, and nobody is told."""
    actions: tuple["Action", ...] = ()
    """What people did about it since, in order of time."""

    @property
    def first(self) -> Write:
        """The write that began the change: approvals must be older."""
        return self.writes[0]

    @property
    def last(self) -> Write:
        """The latest write so far."""
        return self.writes[-1]

    @property
    def actor(self) -> Actor:
        """Who answers for the change."""
        return self.first.actor

    @property
    def channel(self) -> Channel:
        """The channel that asks most among its writes': one by a pipeline excuses none by hand."""
        return max((write.classification.channel for write in self.writes), key=lambda one: one.rank)

    @property
    def lane(self) -> Lane:
        """The lane of the change: one emergency among its writes makes it one."""
        return Lane.EMERGENCY if self.is_emergency else self.last.classification.lane

    @property
    def run_id(self) -> str | None:
        """The pipeline run that made it, as the last write that names one says."""
        runs = (write.classification.run_id for write in reversed(self.writes))
        return next((run for run in runs if run), None)

    @property
    def is_emergency(self) -> bool:
        """Emergency access was used for at least one of its writes."""
        return any(write.classification.lane is Lane.EMERGENCY for write in self.writes)

    @property
    def began_at(self) -> datetime:
        """Time of the first write."""
        return _time_of(self.first)

    @property
    def ended_at(self) -> datetime:
        """Time of the latest write."""
        return _time_of(self.last)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeSession:
    """One actor's changes in one account: the unit of a message."""

    session_id: str
    changes: tuple[Change, ...]
    """In order of their first write, never empty."""

    @property
    def actor(self) -> Actor:
        """Who answers for the session."""
        return self.changes[0].actor


def _time_of(write: Write) -> datetime:
    if write.event.occurred_at is None:
        raise ValueError("a write without a time cannot belong to a change")
    return write.event.occurred_at
