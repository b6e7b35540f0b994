"""Who answers for a part of the estate, and how they are told."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from drift.model.verdict import Severity

EVERYBODY = "everybody"
"""The team of what nobody owns, where the configuration names none for it."""


class Urgency(StrEnum):
    """How somebody is told."""

    PAGE = "page"
    """At once, whoever is on call is called."""
    MESSAGE = "message"
    """At once, in the team's channel."""
    DIGEST = "digest"
    """When the team's day begins."""
    RECORD = "record"
    """Not at all: it stands in the evidence and in reports."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """When a team works."""

    zone: ZoneInfo
    days: frozenset[int]
    """Monday is 0; never empty."""
    begin: time
    end: time

    def opens(self, at: datetime) -> datetime:
        """Return `at` itself within the hours, else when they begin next, in the zone of `at`."""
        local = at.astimezone(self.zone)
        if local.weekday() in self.days and self.begin <= local.time() < self.end:
            return at
        for ahead in range(8):
            day = local.date() + timedelta(days=ahead)
            begins = datetime.combine(day, self.begin, self.zone)
            if day.weekday() in self.days and begins > local:
                return begins.astimezone(at.tzinfo)
        raise AssertionError("a week has each of its days")

    def next_begin(self, at: datetime) -> datetime:
        """Return when the hours begin that come after `at`, though it lies within some."""
        local = at.astimezone(self.zone)
        closed = datetime.combine(local.date(), self.end, self.zone)
        return self.opens(max(at, closed.astimezone(at.tzinfo)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """People who answer for a part of the estate together."""

    name: str
    notifiers: tuple[str, ...] = ()
    """Through which they are told, by their names in the configuration; empty: through all of them."""
    page: tuple[str, ...] = ()
    """Through which, besides, whoever is on call is called."""
    channel: str | None = None
    """Where a notifier with several channels posts; `None`: in its own."""
    mention: str | None = None
    """Who is named when somebody must act now, as the channel writes it: a user group of Slack."""
    secondary: str | None = None
    """Who is named instead where the first is who did it."""
    on_call: tuple[str, str] | None = None
    """What knows who is on call, by its name in the configuration, and the rota. Goes before `mention`."""
    hours: Hours | None = None
    """`None`: always."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """The team that answers for something, and by which rule."""

    team: Team
    rule: str
    """As the configuration has it, for whoever asks why."""
    is_default: bool = False
    """No rule names it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """How the message about a change session goes to its team."""

    owner: Owner
    urgency: Urgency
    rule: str
    """Which row of the decision table says so."""
    severity: Severity

    def sends_at(self, now: datetime) -> datetime:
        """Return when the message is to go out."""
        hours = self.owner.team.hours
        if hours is None or self.urgency is Urgency.PAGE:
            return now
        if self.urgency is Urgency.DIGEST:
            return hours.next_begin(now)
        # What may wait, waits for people to be there; what is severe is told at once.
        return hours.opens(now) if self.severity is Severity.LOW else now
