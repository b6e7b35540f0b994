"""Who looks at the pages, and what they may: nobody may anything that no role of theirs gives them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from drift.model.action import Doer

LONGEST_NAME = 320
"""Characters of a name, as of an address."""


class Role(StrEnum):
    """What somebody is here for."""

    VIEWER = "viewer"
    """Sees what was changed and what differs, but of people only which team they are of."""
    RESPONDER = "responder"
    """Sees who did what, and says what is to be said about a change: its ticket, an emergency."""
    APPROVER = "approver"
    """A responder who may also approve and waive, where `[approvals]` names them, too."""
    AUDITOR = "auditor"
    """Reads everything within a period, until the invitation ends; only an invitation makes an auditor."""
    ADMIN = "admin"
    """Invites auditors, and has packs made for them."""


class Permission(StrEnum):
    """What a page asks of whoever opens it."""

    LOOK = "look"
    SEE_NAMES = "see-names"
    """Full names of people, not only their teams."""
    ACT = "act"
    APPROVE = "approve"
    EXPORT = "export"
    """Has packs made of the evidence. Each holds the whole ledger: nobody who is limited may."""
    TAKE = "take"
    """Downloads the packs that were made for them."""
    ADMINISTER = "administer"


MAY: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.VIEWER: frozenset({Permission.LOOK}),
    Role.RESPONDER: frozenset({Permission.LOOK, Permission.SEE_NAMES, Permission.ACT}),
    Role.APPROVER: frozenset(
        {Permission.LOOK, Permission.SEE_NAMES, Permission.ACT, Permission.APPROVE},
    ),
    Role.AUDITOR: frozenset({Permission.LOOK, Permission.SEE_NAMES, Permission.TAKE}),
    Role.ADMIN: frozenset(
        {Permission.LOOK, Permission.SEE_NAMES, Permission.EXPORT, Permission.TAKE, Permission.ADMINISTER},
    ),
}
"""What each role may. An admin gives access, and so neither acts nor approves unless also named for that."""


class SignedInBy(StrEnum):
    """How it is known who somebody is."""

    OIDC = "oidc"
    PROXY = "proxy"
    LINK = "link"
    """A link that was read on this machine, and worked once."""


class Identity(Struct, frozen=True, kw_only=True):
    """Who signed in, as whoever vouches for them says."""

    name: str
    """An address mostly: by it they are known as a person."""
    by: SignedInBy
    groups: tuple[str, ...] = ()
    subject: str | None = None
    """What stays the same when the name changes."""


class Invitation(Struct, frozen=True, kw_only=True):
    """Lets an auditor read for a while."""

    id: str
    name: str
    """As whoever vouches for them calls them: their address."""
    since: datetime
    until: datetime
    """What may be read: what began at or after `since`, and before `until`."""
    expires_at: datetime
    by: str
    invited_at: datetime

    def counts(self, now: datetime) -> bool:
        """Tell whether it still holds at `now`."""
        return now < self.expires_at


class InvitationTurn(StrEnum):
    """What happened to an invitation. That it expires stands in itself."""

    INVITED = "invited"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class InvitationRecord:
    """Body of an `invitation` entry: an auditor was invited, or that was taken back."""

    turn: InvitationTurn
    invitation: Invitation
    by: Doer
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """What of time may be seen."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Somebody who is signed in, and what they may now."""

    identity: Identity
    roles: frozenset[Role] = frozenset()
    span: Span | None = None
    """Nothing else of time may be seen; `None`: all of it."""

    @property
    def name(self) -> str:
        """By which they are known."""
        return self.identity.name

    def may(self, permission: Permission) -> bool:
        """Tell whether any role of theirs gives it."""
        return any(permission in MAY[role] for role in self.roles)


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleRule:
    """Who has a role: people under any of their names, and members of groups."""

    role: Role
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def fits(self, identity: Identity, names: frozenset[str]) -> bool:
        """Tell whether it is for somebody with these names, in lower case."""
        return any(one.lower() in names for one in self.people) or bool({*self.groups} & {*identity.groups})


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessRules:
    """Who has which roles."""

    roles: tuple[RoleRule, ...] = ()
    of_link: frozenset[Role] = field(default=frozenset({Role.RESPONDER, Role.APPROVER, Role.ADMIN}))
    """What whoever reads a link on this machine may: they could read the store and the key as well."""
