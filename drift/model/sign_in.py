"""Sign-ins of people to what changes can be made from by hand. Nobody is judged by them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drift.model.event import Outcome
from drift.model.resource import Cloud
from drift.model.verdict import ActorKind


class SignInTo(StrEnum):
    """What somebody signed in to."""

    CONSOLE = "console"
    ROLE = "role"
    """Within the console they took on another role."""
    PORTAL = "portal"
    """Where they choose an account and a role, before the console."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn:
    """What a record says of a sign-in beyond what it says of its caller."""

    to: SignInTo
    person: str | None = None
    """Who, where the record tells it otherwise than of a call."""
    role: str | None = None
    mfa: bool | None = None
    """Whether a second factor was used; `None` where the cloud does not say."""
    has_failed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SignInRecord:
    """Body of a `sign_in` entry: somebody signed in to a console, or tried to."""

    at: datetime | None
    to: SignInTo
    outcome: Outcome
    cloud: Cloud
    account: str | None
    """`None` where it is that of no account: a directory, a portal."""
    region: str | None
    person: str
    kind: ActorKind
    principal: str | None
    role: str | None
    mfa: bool | None
    source_ip: str | None
    source: str
    """Which audit log told it."""
    event: str
    """Key of the record."""
    event_sha256: str
