"""Records of the audit log, and the changes they add up to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from drift.model.resource import Cloud, Json, Resource
from drift.model.verdict import Actor, ActorKind, Channel, Classification, Confidence, Credential, Lane, Tool

SESSION_GAP = timedelta(minutes=15)
"""Writes of one actor that are further apart belong to different changes and sessions."""

SESSION_LIMIT = timedelta(hours=24)
"""No change or session is longer: the writes of a machine that never pauses are cut into days."""


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
