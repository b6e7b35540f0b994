"""The changes and sessions that records add up to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from drift.model.event import ChangeEvent
from drift.model.resource import Resource
from drift.model.verdict import Actor, Channel, Classification, Lane

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """A change event with the judgement of who made it and how."""

    event: ChangeEvent
    actor: Actor
    classification: Classification


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One actor's writes to one resource in one session: the unit that is ticketed, tested and sampled."""

    change_id: str
    session_id: str
    resource: Resource
    writes: tuple[Write, ...]
    """In order of time, never empty."""

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
