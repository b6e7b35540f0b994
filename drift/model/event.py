"""Records of the audit log, and what each of them says."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drift.model.resource import Cloud, Json, Resource
from drift.model.verdict import ActorKind, Confidence, Credential, Lane, Tool


class Effect(StrEnum):
    """What a call did."""

    WRITE = "write"
    DEPLOY = "deploy"
    RUNTIME = "runtime"
    DATA = "data"
    AUTH = "auth"
    READ = "read"
    FAILED = "failed"


CHANGING = frozenset({Effect.WRITE, Effect.DEPLOY, Effect.RUNTIME})
"""The effects that make a change; the others are counted, not judged."""


class Outcome(StrEnum):
    """Whether the cloud did what it was asked."""

    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a record was delivered."""

    file: str
    index: int
    """Zero-based position within the file, counting the inner records of envelopes."""
    sha256: str
    """Hex SHA-256 of the record's bytes exactly as delivered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RawRecord:
    """One audit-log entry as the cloud delivered it."""

    body: bytes
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class UnreadableRecord:
    """A delivered record, or a damaged region of a file, that nothing could be read from."""

    error: str
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolSign:
    """One indication of the program that made a call, strongest first in `ChangeEvent.tools`."""

    tool: Tool
    confidence: Confidence
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CredentialSign:
    """One indication of where the key of a call came from, strongest first."""

    credential: Credential
    confidence: Confidence
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Issuer:
    """The identity provider whose token opened a session."""

    name: str
    is_pipeline: bool
    """A known CI provider; a cluster's or a company's own provider is not."""
    subject: str | None = None
    """What the token says it is, `repo:org/name:environment:production` for example."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """The identity that the cloud saw."""

    id: str
    """As recorded: an ARN, an e-mail address or an object id."""
    name: str
    """What people call it: the user's name of a session, else the role's or service's."""
    kind: ActorKind
    confidence: Confidence
    reason: str
    role: str | None = None
    """The role's own name or ARN, where the principal acts in one."""
    session_name: str | None = None
    issuer: Issuer | None = None
    mfa: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedSession:
    """What a sign-in or role assumption says about the calls that will use its key."""

    key: str
    opener: Principal
    """Who asked for the session."""
    via: str | None
    """The key of the session in which the opener acted, for role chains."""
    role: str | None
    source_identity: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A text in which somebody may have named a ticket."""

    place: str
    """Where it stands, in the reader's words: `session name`, `rule description`."""
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Risk:
    """Something about a write that makes it matter more, found by the cloud's own rules."""

    slug: str
    """`open-to-the-world`, `public-access`, `blinds-monitoring`, `root-user` ..."""
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeEvent:
    """One call to one account, normalised; the neutral facts that judging needs."""

    event_id: str | None
    occurred_at: datetime | None
    cloud: Cloud
    account: str | None
    region: str | None
    service: str | None
    action: str | None
    effect: Effect
    intended: Effect
    """What the call would have done had it not failed; equals `effect` for a successful one."""
    outcome: Outcome
    error: str | None
    lane: Lane
    principal: Principal | None
    acting_service: str | None
    """The cloud service that acted by itself or in somebody's name."""
    tools: tuple[ToolSign, ...]
    credentials: tuple[CredentialSign, ...]
    session_key: str | None
    """Joins the call to the `OpenedSession` it was made in."""
    opens: OpenedSession | None
    resources: tuple[Resource, ...]
    statements: tuple[Statement, ...]
    risks: tuple[Risk, ...]
    summary: str
    """What was done, in a few words for a message: `opened tcp/22 to 0.0.0.0/0`."""
    request: Json
    """The parameters of the call, with secrets until `drift.redacted` has cut them out."""
    source_ip: str | None
    user_agent: str | None
    source: Source
    redacted: tuple[str, ...] = ()
    """Where in the parameters something was cut out."""

    @property
    def key(self) -> str:
        """The event's identity across redeliveries: the cloud's id, else the hash of its bytes."""
        return f"{self.cloud}:{self.event_id}" if self.event_id else f"sha256:{self.source.sha256}"


class Fate(StrEnum):
    """What became of a record: every one that is read is counted under one of these, or as unreadable."""

    CHANGE = "change"
    ATTEMPT = "attempt"
    """It would have changed something, and failed."""
    DUPLICATE = "duplicate"
    UNDATED = "undated"
    """It changed something, but says not when: recorded as a gap."""
    READ = "read"
    AUTH = "auth"
    DATA = "data"
