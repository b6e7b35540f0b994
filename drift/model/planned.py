"""What is planned: windows of work, freezes, and changes of a kind that is approved once for all."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from drift.model.change import Change

LONGEST_WINDOW = timedelta(hours=72)
"""Planned work that takes longer is planned again: a window that is always open is none."""

REVIEWED_EVERY = timedelta(days=366)
"""A pre-approval that nobody looked at for a year counts no more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedScope:
    """The changes that are meant. Everything that is given must fit."""

    account: re.Pattern[str] | None = None
    environment: str | None = None
    service: re.Pattern[str] | None = None
    action: re.Pattern[str] | None = None
    """Every call of the change must fit."""
    resource: re.Pattern[str] | None = None
    resource_type: re.Pattern[str] | None = None

    def holds(self, change: Change, environment: str | None) -> bool:
        """Tell whether a change, made in this environment, is one of them."""
        calls = [write.event.call for write in change.writes]
        return (
            (self.environment is None or self.environment == environment)
            and _fits(self.account, *(call.account for call in calls))
            and _fits(self.service, *(call.service for call in calls))
            and _fits(self.action, *(call.action for call in calls))
            and _fits(self.resource, change.resource.id)
            and _fits(self.resource_type, change.resource.type)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedWindow:
    """Work that was announced: what is done meanwhile wakes nobody, and stands as it would without it."""

    name: str
    scope: PlannedScope
    starts_at: datetime
    ends_at: datetime
    ticket: str
    approver: str
    owner: str

    def holds(self, change: Change, environment: str | None) -> bool:
        """Tell whether the whole change was made in it."""
        is_inside = self.starts_at <= change.began_at and change.ended_at <= self.ends_at
        return is_inside and self.scope.holds(change, environment)


@dataclass(frozen=True, kw_only=True, slots=True)
class Freeze:
    """A time in which nothing should be changed: what is changed all the same weighs more."""

    name: str
    scope: PlannedScope
    starts_at: datetime
    ends_at: datetime
    reason: str

    def holds(self, change: Change, environment: str | None) -> bool:
        """Tell whether any part of the change was made in it."""
        is_touched = self.starts_at <= change.ended_at and change.began_at <= self.ends_at
        return is_touched and self.scope.holds(change, environment)


@dataclass(frozen=True, kw_only=True, slots=True)
class StandardChange:
    """A kind of change that was approved once for all: routine, of low risk, and looked at every year."""

    name: str
    scope: PlannedScope
    approver: str
    approved_at: datetime
    reviewed_at: datetime
    owner: str
    expires_at: datetime

    def why_not(self, change: Change) -> str | None:
        """Say why it does not count for a change that it is meant for; `None` if it does."""
        if change.began_at <= self.approved_at:
            return f"the standard change {self.name} was approved only later"
        if change.ended_at >= self.expires_at:
            return f"the standard change {self.name} expired at {self.expires_at:%Y-%m-%d %H:%M} UTC"
        if change.ended_at > self.reviewed_at + REVIEWED_EVERY:
            return f"the standard change {self.name} was not reviewed since {self.reviewed_at:%Y-%m-%d}"
        return None


def _fits(pattern: re.Pattern[str] | None, *texts: str | None) -> bool:
    return pattern is None or all(text is not None and pattern.fullmatch(text) for text in texts)
