"""Records of the audit log, and what each of them says."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, structs

from drift.model.resource import Cloud, Json, Resource
from drift.model.verdict import ActorKind, Confidence, CredentialSign, Lane, Statement, ToolSign


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


class Source(Struct, frozen=True, gc=False):
    """Where a record was delivered."""

    file: str
    index: int
    """Zero-based position within the file, counting the inner records of envelopes."""
    sha256: str
    """Hex SHA-256 of the record's bytes exactly as delivered."""


class RawRecord(Struct, frozen=True, gc=False):
    """One audit-log entry as the cloud delivered it."""

    body: bytes
    source: Source


class UnreadableRecord(Struct, frozen=True, kw_only=True, gc=False):
    """A delivered record, or a damaged region of a file, that nothing could be read from."""

    error: str
    source: Source


class Issuer(Struct, frozen=True, kw_only=True, gc=False):
    """The identity provider whose token opened a session."""

    name: str
    is_pipeline: bool
    """A known CI provider; a cluster's or a company's own provider is not."""
    subject: str | None = None
    """What the token says it is, `repo:org/name:environment:production` for example."""
    pool: str | None = None
    """The pool of identities whose owner said how its subjects are made; empty where it is not named.

    `None` where the cloud itself took the subject from the token, and vouches for it.
    """


class Principal(Struct, frozen=True, kw_only=True, gc=False):
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


class OpenedSession(Struct, frozen=True, kw_only=True, gc=False):
    """What a sign-in, a role assumption or a grant says about the calls that will bear its key."""

    key: str
    opener: Principal
    """Who asked for the session."""
    via: str | None
    """The key of the session in which the opener acted, for role chains."""
    role: str | None
    grants: tuple[str, ...] = ()
    """The names of what was granted to the opener for a time: a role that was activated, an entitlement."""
    source_identity: str | None = None
    statements: tuple[Statement, ...] = ()
    """Session tags, the justification of a grant: later calls do not repeat them."""
    tools: tuple[ToolSign, ...] = ()
    """The program of the opener, where what is called in the session is that program's doing."""
    expires_at: datetime | None = None
    is_renewable: bool = False
    """A later opening takes the place of this one, as of a grant; else the first one stands."""


class Risk(Struct, frozen=True, kw_only=True, gc=False):
    """Something about a write that makes it matter more, found by the cloud's own rules."""

    slug: str
    """`open-to-the-world`, `public-access`, `blinds-monitoring`, `root-user` ..."""
    text: str


class Phase(StrEnum):
    """Which part of a long operation a record tells of."""

    BEGIN = "begin"
    """Who asked for what, with which program; the outcome is open."""
    PROGRESS = "progress"
    END = "end"
    """The outcome. It may lack what the beginning said of the caller."""
    DETAIL = "detail"
    """Another source's account of it: what was changed, with which program."""


class Operation(Struct, frozen=True, kw_only=True, gc=False):
    """The operation that several records tell of."""

    key: str
    """The same in all of its records."""
    phase: Phase
    id: str | None = None
    """Tells it from others that bear the same key; `None` where the record does not tell."""


class Call(Struct, frozen=True, kw_only=True, gc=False):
    """Who called what and with which program: all that calls of one kind share.

    A translator gives the same object to records that agree in it, so that they are judged once.
    """

    cloud: Cloud
    account: str | None
    region: str | None
    service: str | None
    action: str | None
    principal: Principal | None
    behind: tuple[Principal, ...] = ()
    """Who stood behind the principal as the record itself says, nearest first: delegation, impersonation."""
    acting_service: str | None
    """The cloud service that acted by itself or in somebody's name."""
    tools: tuple[ToolSign, ...]
    credentials: tuple[CredentialSign, ...]
    session_keys: tuple[str, ...] = ()
    """Join the call to the `OpenedSession`s it was made in, the nearest first."""
    statements: tuple[Statement, ...] = ()
    """What the identity and the user agent say; those of the request stand in the event."""
    source_ip: str | None
    user_agent: str | None


class ChangeEvent(Struct, frozen=True, kw_only=True, gc=False):
    """One call to one account, normalised; the neutral facts that judging needs."""

    event_id: str | None
    occurred_at: datetime | None
    call: Call
    effect: Effect
    intended: Effect
    """What the call would have done had it not failed; equals `effect` for a successful one."""
    outcome: Outcome
    error: str | None
    lane: Lane
    opens: OpenedSession | None
    resources: tuple[Resource, ...]
    statements: tuple[Statement, ...]
    """What the request says; what the caller says stands in the call."""
    risks: tuple[Risk, ...]
    summary: str
    """What was done, in a few words for a message: `opened tcp/22 to 0.0.0.0/0`."""
    request: Json
    """The parameters of the call, with secrets until `drift.redacted` has cut them out."""
    source: Source
    operation: Operation | None = None
    """Of which this record tells a part; `None` where it tells the whole."""
    corrects: str | None = None
    """Id of an earlier record that this one corrects."""
    shared_id: str | None = None
    """The same in all copies of a call that several accounts were told of."""
    is_owners: bool = True
    """This copy was delivered to the account that owns the resource."""
    redacted: tuple[str, ...] = ()
    """Where in the parameters something was cut out."""

    @property
    def key(self) -> str:
        """The event's identity across redeliveries: the cloud's id, else the hash of its bytes."""
        return f"{self.call.cloud}:{self.event_id}" if self.event_id else f"sha256:{self.source.sha256}"


class Called(Struct, frozen=True, gc=False):
    """What was called, and where."""

    cloud: Cloud
    account: str | None
    region: str | None
    service: str | None
    action: str | None


class Repeat(Struct, frozen=True, gc=False):
    """A read that says only its id, its time, what was called and why it failed beyond what `like` says.

    It is no part of an operation. A translator gives the same `like` to all records that agree in the
    rest, so that they are judged once: no verdict on a read rests on what was read.
    """

    event_id: str | None
    occurred_at: datetime | None
    like: ChangeEvent
    called: Called
    error: str | None = None

    def event(self, source: Source) -> ChangeEvent:
        """Return all that the record says."""
        called = self.called
        return structs.replace(
            self.like,
            event_id=self.event_id,
            occurred_at=self.occurred_at,
            call=structs.replace(
                self.like.call,
                account=called.account,
                region=called.region,
                service=called.service,
                action=called.action,
            ),
            error=self.error,
            source=source,
        )


class Fate(StrEnum):
    """What became of a record: every one that is read is counted under one of these, or as unreadable."""

    CHANGE = "change"
    ATTEMPT = "attempt"
    """It would have changed something, and failed."""
    EXCLUDED = "excluded"
    """It changed something that the policy leaves out: recorded with the reason, and judged no further."""
    PART = "part"
    """It tells of a call whose write is counted under another record, or waits for that record."""
    DUPLICATE = "duplicate"
    UNDATED = "undated"
    """It changed something, but says not when: recorded as a gap."""
    CANARY = "canary"
    """A write of our own, by which the watch is tried: it belongs to no population."""
    READ = "read"
    AUTH = "auth"
    DATA = "data"
