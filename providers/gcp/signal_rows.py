"""The rows of `signals.toml`: what each of them may say."""

from enum import StrEnum
from fnmatch import fnmatchcase

from drift.model.event import Effect
from drift.model.sign_in import SignInTo
from drift.model.verdict import ActorKind, Confidence, Credential, Lane, Tool
from providers.tables import Fact, Pattern

ANY = "*"


class Calls(Fact, frozen=True, kw_only=True):
    """Which calls a row is about."""

    service: str
    methods: tuple[str, ...]
    """`*` stands for any text."""

    def __post_init__(self) -> None:
        if not self.methods:
            raise ValueError("a row without methods is about no call")

    def cover(self, service: str | None, method: str | None) -> bool:
        """Tell whether the row is about `method` of `service`."""
        return self.service in (ANY, service) and any(fnmatchcase(method or "", one) for one in self.methods)


class EffectRow(Calls, frozen=True, kw_only=True):
    """What calls do that the log and the permissions do not tell."""

    effect: Effect


class SignInRow(Calls, frozen=True, kw_only=True):
    """Calls by which somebody signs in to where changes can be made by hand."""

    to: SignInTo
    has_failed: bool = False
    """The name of the call says that it did."""


class LaneRow(Calls, frozen=True, kw_only=True):
    """Calls that belong to a lane."""

    lane: Lane


class AgentRow(Fact, frozen=True, kw_only=True):
    """A user agent that names a tool."""

    tool: Tool
    pattern: Pattern
    needs_person: bool = False
    """Only a person's identity makes it this tool: scripts write the same."""


class ClientRow(Fact, frozen=True, kw_only=True):
    """An OAuth client: the program that somebody signed in with, whatever called later."""

    id: str
    name: str
    tool: Tool
    tool_confidence: Confidence
    """How far the tool itself, not only its credential, is known by the client."""
    credential: Credential


class IdentityRow(Fact, frozen=True, kw_only=True):
    """An identity, by the form of its e-mail address or subject."""

    pattern: Pattern
    """Its group `service`, if it has one, names the service."""
    kind: ActorKind
    reason: str
    credential: Credential = Credential.UNKNOWN
    tool: Tool = Tool.UNKNOWN
    """The program that uses this identity; never more than a hint."""
    carries_out_deployments: bool = False
    """Makes what Deployment Manager was asked for, beside what it makes for itself."""


class IssuerRow(Fact, frozen=True, kw_only=True):
    """An identity provider, by the form of its tokens' subjects or the name of its pools."""

    name: str
    pipeline: bool
    subject: Pattern
    pool: Pattern | None = None


class RiskTest(StrEnum):
    """How a call is tested for a risk."""

    ALWAYS = "always"
    OPEN_RULE = "open-rule"
    VALUE = "value"
    MEMBER = "member"
    ROLE = "role"
    AUDIT_CONFIG = "audit-config"


class RiskRow(Calls, frozen=True, kw_only=True):
    """Something that makes a write matter more."""

    slug: str
    text: str
    test: RiskTest
    pattern: Pattern | None = None
    keys: tuple[str, ...] = ()
    mark: str | None = None
    """Goes into the words of a message."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pattern is None and self.test in (RiskTest.VALUE, RiskTest.MEMBER, RiskTest.ROLE):
            raise ValueError(f"a risk that is tested by `{self.test}` needs a pattern")


class HiddenRow(Calls, frozen=True, kw_only=True):
    """What is not taken over from a call's parameters: everything below these keys."""

    keys: tuple[str, ...]


class PhraseRow(Calls, frozen=True, kw_only=True):
    """What a call did, in the words of a message."""

    text: str
    rule: str | None = None
    """How one network rule is put, for texts with `{rules}`."""
