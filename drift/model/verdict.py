"""Verdicts: values with their reasons, never bare booleans."""

from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct


class Confidence(StrEnum):
    """How far a verdict can be relied on."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """Orders confidences: higher is surer."""
        return ("low", "medium", "high").index(self.value)


class ActorKind(StrEnum):
    """What answers for a call."""

    HUMAN = "human"
    MACHINE = "machine"
    SERVICE = "service"
    UNKNOWN = "unknown"


class Tool(StrEnum):
    """The program that made a call."""

    CONSOLE = "console"
    CLOUDSHELL = "cloudshell"
    MOBILE = "mobile"
    CLI = "cli"
    SDK = "sdk"
    TERRAFORM = "terraform"
    PULUMI = "pulumi"
    CLOUDFORMATION = "cloudformation"
    CDK = "cdk"
    CROSSPLANE = "crossplane"
    ANSIBLE = "ansible"
    ARM_DEPLOYMENT = "arm-deployment"
    DEPLOYMENT_MANAGER = "deployment-manager"
    CONFIG_CONNECTOR = "config-connector"
    CLOUD_SERVICE = "cloud-service"
    UNKNOWN = "unknown"


class Credential(StrEnum):
    """Where the key of a call came from."""

    CONSOLE_SESSION = "console-session"
    CLI_LOGIN = "cli-login"
    SSO = "sso"
    STATIC_KEY = "static-key"
    WEB_IDENTITY = "web-identity"
    INSTANCE = "instance"
    SERVICE_PRINCIPAL = "service-principal"
    IMPERSONATION = "impersonation"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """The actionable summary of who acted how."""

    PIPELINE = "pipeline"
    CONSOLE = "console"
    MANUAL = "manual"
    AUTOMATION = "automation"
    SERVICE = "service"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """Orders channels: higher asks more of whoever used it."""
        return ("service", "pipeline", "automation", "unknown", "manual", "console").index(self.value)


class Lane(StrEnum):
    """The four lanes of change management."""

    APPLICATION = "application"
    INFRASTRUCTURE = "infrastructure"
    CONFIGURATION = "configuration"
    EMERGENCY = "emergency"


class Disposition(StrEnum):
    """How a change stands with the policy."""

    AUTHORISED = "authorised"
    EMERGENCY = "emergency"
    RETROACTIVE = "retroactive"
    UNTICKETED = "unticketed"
    WAIVED = "waived"
    PENDING = "pending"
    EXPLAINED = "explained"
    BEFORE_ENROLMENT = "before-enrolment"


NOBODYS = frozenset({Disposition.EXPLAINED, Disposition.BEFORE_ENROLMENT})
"""Nobody decided these, or nobody watched: nobody has to answer for them, and no figure is of them."""


class Severity(StrEnum):
    """How much a change or finding matters."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """Orders severities: higher is worse."""
        return _BY_RANK.index(self.value)

    @property
    def raised(self) -> "Severity":
        """The next worse severity; nothing is worse than critical."""
        return Severity(_BY_RANK[min(self.rank + 1, len(_BY_RANK) - 1)])


_BY_RANK = ("low", "medium", "high", "critical")


class ToolSign(Struct, frozen=True, kw_only=True, gc=False):
    """One indication of the program that made a call, strongest first in `ChangeEvent.tools`."""

    tool: Tool
    confidence: Confidence
    reason: str


class CredentialSign(Struct, frozen=True, kw_only=True, gc=False):
    """One indication of where the key of a call came from, strongest first."""

    credential: Credential
    confidence: Confidence
    reason: str


class Trust(StrEnum):
    """How much a text that names a ticket proves, by who could have written it."""

    GRANT = "grant"
    """The record of approved temporary access in the audit log: PIM, PAM."""
    SESSION = "session"
    """Set when the session was opened, and fixed for its length: a source identity, a session tag."""
    NAME = "name"
    """Chosen by the caller: a session's name, a stated reason."""
    TAG = "tag"
    """A tag or label of the resource."""
    TEXT = "text"
    """Free text: a description, a user agent."""

    @property
    def rank(self) -> int:
        """Orders trust: higher proves more."""
        return ("text", "tag", "name", "session", "grant").index(self.value)


class Statement(Struct, frozen=True, kw_only=True, gc=False):
    """A text in which somebody may have named a ticket."""

    place: str
    """Where it stands, in the reader's words: `session name`, `rule description`."""
    text: str
    trust: Trust = Trust.TEXT


class Actor(Struct, frozen=True, kw_only=True, gc=False):
    """The person, machine or service answerable for a call."""

    kind: ActorKind
    name: str
    principal: str | None
    """The identity that the cloud saw, as recorded."""
    chain: tuple[str, ...] = ()
    """Who stood behind it, nearest first: the role, then who assumed it, and so on."""
    grants: tuple[str, ...] = ()
    """The names of the roles and entitlements that were granted to those behind it for a time."""
    subject: str | None = None
    """What the token of a federated session said it was: repository, branch, environment."""
    issuer: str | None = None
    """The identity provider that issued it."""
    pool: str | None = None
    """The pool whose owner vouches for the subject; `None` where the cloud does."""
    is_known_pipeline: bool = False
    """The issuer is a CI provider. Policy decides whether that pipeline is trusted."""
    run: str | None = None
    """Name of the first session of a machine: pipelines put their run id there."""
    statements: tuple[Statement, ...] = ()
    """What the records say that opened the sessions behind it: session tags, justifications."""
    tools: tuple[ToolSign, ...] = ()
    """The programs of those behind it, for calls that show none of their own."""
    reasons: tuple[str, ...] = ()
    confidence: Confidence = Confidence.LOW


class Reference(Struct, frozen=True, kw_only=True, gc=False):
    """A ticket key found in a record."""

    key: str
    place: str
    trust: Trust = Trust.TEXT


class Classification(Struct, frozen=True, kw_only=True, gc=False):
    """With which tool and credential, through which channel, in which lane."""

    tool: Tool
    credential: Credential
    channel: Channel
    lane: Lane
    references: tuple[Reference, ...]
    pipeline: str | None
    """Name of the recognised pipeline in the configuration; `None` for one that is configured nowhere."""
    run_id: str | None
    reasons: tuple[str, ...]
    confidence: Confidence
    exclusion: str | None = None
    """Why the policy leaves the write out; `None` where it does not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """How a change stands, how much it matters and whether somebody must know."""

    disposition: Disposition
    severity: Severity
    alert: bool
    environment: str | None
    """Name of the environment that the account belongs to, if one claims it."""
    reasons: tuple[str, ...]
    is_withheld: bool = False
    """Somebody would be told, were it not only observed."""
