"""What people do about a change or a finding once it is there. Nothing of it is ever taken back or erased.

An action is appended to what is known; the change is judged again with it. It never makes a change
authorised: what is put right afterwards stays a deviation.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias, TypeVar

from msgspec import Struct

from drift.model.ticket import Ticket


class Origin(StrEnum):
    """Where somebody acted."""

    CLI = "cli"
    SLACK = "slack"
    WEB = "web"


class Doer(Struct, frozen=True, kw_only=True):
    """Who acts, and how that is known."""

    name: str
    """The identity: an address, or a name that the configuration knows somebody by."""
    origin: Origin
    account: str | None = None
    """What it was done under there: the operating system's user, the Slack user's id."""
    is_self_asserted: bool = True
    """Nobody vouches for the name but whoever typed it."""


class FollowUp(StrEnum):
    """What has to become of an emergency change once it is reviewed."""

    NEEDS_CODIFY = "needs_codify"
    REVERT = "revert"
    NOTHING = "nothing"


class LinkedTicket(Struct, frozen=True, kw_only=True, tag="link"):
    """Somebody says that a ticket is that of the change."""

    ticket: Ticket
    """As its system showed it then: a later edit shows."""
    sha256: str
    """Hex SHA-256 of the ticket as it was then: its system's own answer where the adapter hashes that."""


class DeclaredEmergency(Struct, frozen=True, kw_only=True, tag="emergency"):
    """Somebody declares that it was an emergency."""

    justification: str
    incident: str | None = None
    """Key or URL of the incident."""


class Approved(Struct, frozen=True, kw_only=True, tag="approve"):
    """Somebody who may approves the change, after it was made."""

    comment: str | None = None


class Waived(Struct, frozen=True, kw_only=True, tag="waive"):
    """A departure from the policy is accepted for a while."""

    reason: str
    owner: str
    expires_at: datetime
    """From then on it counts no more."""

    def counts(self, now: datetime) -> bool:
        """Tell whether it still holds at `now`."""
        return now < self.expires_at


class Acknowledged(Struct, frozen=True, kw_only=True, tag="acknowledge"):
    """Somebody has seen it, and sees to it. That resolves nothing."""

    reason: str


class CorrectedActor(Struct, frozen=True, kw_only=True, tag="correct"):
    """Somebody else made the change than is recorded."""

    actor: str
    reason: str


class Disowned(Struct, frozen=True, kw_only=True, tag="disown"):
    """The person under whose identity it is recorded says that it was not they."""

    comment: str | None = None


class Reviewed(Struct, frozen=True, kw_only=True, tag="review"):
    """The review of an emergency after the incident."""

    notes: str
    """What was changed, its impact, and what was learnt."""
    then: FollowUp
    owner: str | None = None
    """Who codifies or reverts it."""
    due_at: datetime | None = None


Deed: TypeAlias = (
    LinkedTicket | DeclaredEmergency | Approved | Waived | Acknowledged | CorrectedActor | Disowned | Reviewed
)

DeedT = TypeVar("DeedT", bound=Struct)


class Action(Struct, frozen=True, kw_only=True):
    """One thing that one person did about one change or finding."""

    key: str
    """Idempotency key: a click that comes again bears the same one, and changes nothing."""
    ref: str
    """Id of the change or finding."""
    by: Doer
    at: datetime
    deed: Deed


class Request(Struct, frozen=True, kw_only=True):
    """What somebody wants to do, before it is known whether they may."""

    key: str
    ref: str
    by: Doer
    deed: Deed


def of_kind(actions: Sequence[Action], kind: type[DeedT]) -> Iterator[tuple[Action, DeedT]]:
    """Yield the actions of one kind with what they say, in their order."""
    for action in actions:
        if isinstance(action.deed, kind):
            yield action, action.deed


def corrections(actions: Sequence[Action]) -> tuple[str, ...]:
    """Return who made a change by the word of those who corrected the record, the latest last."""
    return tuple(deed.actor for _, deed in of_kind(actions, CorrectedActor))
