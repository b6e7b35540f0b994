"""What people are told, before any channel gives it its form."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from drift.model.alarm import ToldAlarm
from drift.model.finding import AttributeDrift
from drift.model.verdict import Disposition, Severity


class AlertState(StrEnum):
    """Whether somebody still has to do something about what a message tells."""

    OPEN = "open"
    """Nobody has answered yet."""
    ANSWERED = "answered"
    """Somebody has: a ticket that is still to be approved, a declared emergency that is to be reviewed."""
    SETTLED = "settled"
    """Nothing is left to do about it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertedWrite:
    """One call of a change, for those who join it with their own records of it."""

    event_id: str
    cloud: str
    occurred_at: datetime | None
    service: str
    action: str
    region: str | None
    source_ip: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertedChange:
    """One change of the session that a message is about."""

    change_id: str
    ledger_seq: int
    resource: str
    """What people call the resource, its address in the code or else its type, and its id."""
    actions: tuple[str, ...]
    """What was done, in order, in a few words each."""
    disposition: Disposition
    severity: Severity
    ticket: str | None
    ticket_url: str | None
    drift: tuple[AttributeDrift, ...]
    declared_at: str | None
    """File and line of the declaration."""
    reasons: tuple[str, ...]
    resource_id: str | None = None
    """As the cloud knows it."""
    resource_type: str | None = None
    writes: tuple[AlertedWrite, ...] = ()
    """The first calls that made it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """That a message asks one person, before their team is told, whether they made a change."""

    session_id: str
    """The change session that it is about; the message has an id of its own in its place."""
    until: datetime
    """When the team is told, unless the person answers."""
    otherwise_at: datetime
    """When the team would have been told without the question: from then on it is, if asking fails."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalledBy:
    """By which rota whoever is on call is found when the message is sent."""

    source: str
    """Name of the `[[on_call]]` in the configuration."""
    rota: str
    actor: tuple[str, ...]
    """All names of who did it: nobody is mentioned about their own change."""
    secondary: str | None
    """Who is mentioned if nobody else is on call, as the channel writes it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One message: about one change session, about one alarm, or a notice."""

    client_id: str
    """Stays the same when the message is sent again, so that a repeat can be recognised."""
    session_id: str
    """What it is about: the change session, or the alarm by its id."""
    severity: Severity
    headline: str
    call_to_action: str
    """Answers first: must I act now, how, and until when?"""
    actor: str | None
    """Who did it; `None` where it may have been a person, but it is not sure which."""
    identity: str
    """Recorded under which identity, role, MFA and address."""
    channel: str
    account: str
    environment: str | None
    began_at: datetime
    detected_at: datetime
    changes: tuple[AlertedChange, ...]
    fallback_text: str
    """The whole alert in one line of plain text."""
    alarm: ToldAlarm | None = None
    """The alarm that it tells; then it tells no changes, and nobody did anything."""
    notice: tuple[str, ...] = ()
    """What it says, a paragraph each, where it is about no change session: a digest. Then it names nobody."""
    state: AlertState = AlertState.OPEN
    team: str | None = None
    """Who answers for what it is about."""
    to: str | None = None
    """Where a notifier with several channels posts it; `None`: in its own."""
    mention: str | None = None
    """Who is named in it, as the channel writes it: somebody must act now."""
    called_by: CalledBy | None = None
    """Who is named in the place of `mention`, if the rota can be asked."""
    asked: Asked | None = None
    """It asks the person whom `to` names, and is for nobody else to see."""
    page: str | None = None
    """Path of the page about it: `/changes/chg-1`."""
    link: str | None = None
    """Where browsers reach that page; `None` where there are no pages. Known when the message is sent."""

    def linked(self, pages: str | None) -> "Alert":
        """Return the message with the address of its page, where the pages are at `pages`."""
        return replace(self, link=f"{pages}{self.page}") if pages and self.page else self


def page_of_change(change_id: str) -> str:
    """Return the path of the page of a change."""
    return f"/changes/{quote(change_id, safe='')}"


def notice_of(
    *,
    session_id: str,
    headline: str,
    call_to_action: str,
    paragraphs: Iterable[str],
    began_at: datetime,
    now: datetime,
    severity: Severity = Severity.LOW,
    in_short: str | None = None,
) -> Alert:
    """Return a message that is about no change session, and asks nobody for anything.

    Its client id is given when it is queued. `in_short` stands in place of the headline in its one line.
    """
    return Alert(
        client_id="",
        session_id=session_id,
        severity=severity,
        headline=headline,
        call_to_action=call_to_action,
        actor=None,
        identity="",
        channel="",
        account="",
        environment=None,
        began_at=began_at,
        detected_at=now,
        changes=(),
        fallback_text=f"{in_short or headline}. {call_to_action}",
        notice=tuple(paragraphs),
        state=AlertState.SETTLED,
    )
