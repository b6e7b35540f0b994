"""Builders of what people do."""

import uuid
from datetime import datetime, timedelta

from drift.model.action import Action, Deed, Doer, LinkedTicket, Origin, Request, Waived
from drift.model.ticket import Ticket
from tests.builders import NOON

ERIN = "erin@example.com"
"""An approver, in these tests."""


def a_doer(name: str = ERIN, *, origin: Origin = Origin.CLI) -> Doer:
    """Somebody on a command line."""
    return Doer(name=name, origin=origin, account="unix")


def a_request(deed: Deed, ref: str, *, by: str = ERIN, key: str | None = None) -> Request:
    """A request of its own, unless a key is given."""
    return Request(key=key or str(uuid.uuid4()), ref=ref, by=a_doer(by), deed=deed)


def an_action(deed: Deed, *, by: str = ERIN, at: datetime = NOON, ref: str = "chg-1") -> Action:
    """Something that was done, by an approver at noon unless said otherwise."""
    return Action(key=f"{by} {at} {type(deed).__name__}", ref=ref, by=a_doer(by), at=at, deed=deed)


def a_link(ticket: Ticket) -> LinkedTicket:
    """A link to a ticket."""
    return LinkedTicket(ticket=ticket, sha256=ticket.sha256 or "0" * 64)


def a_waiver(*, expires_at: datetime = NOON + timedelta(days=30), reason: str = "until the move") -> Waived:
    """A waiver of 30 days from noon."""
    return Waived(reason=reason, owner="dave@example.com", expires_at=expires_at)
