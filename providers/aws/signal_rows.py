"""The rows of `signals.toml`: what each of them may say."""

from enum import StrEnum

from drift.model.event import Effect
from drift.model.sign_in import SignInTo
from drift.model.verdict import Credential, Lane, Tool
from providers.tables import Fact, Pattern, Row

ANY = "*"


class ReportRow(Fact, frozen=True, kw_only=True):
    """Records that report on calls and are none themselves."""

    effect: Effect
    type: str | None = None
    category: str | None = None

    def covers(self, event_type: str | None, category: str | None) -> bool:
        """Tell whether a record of this type and category is such a report."""
        return (self.type is not None and self.type == event_type) or (
            self.category is not None and self.category == category
        )


class Calls(Fact, frozen=True, kw_only=True):
    """Which calls a row is about."""

    service: str
    events: tuple[str, ...]

    def cover(self, service: str | None, event: str | None) -> bool:
        """Tell whether the row is about `event` of `service`."""
        return self.service in (ANY, service) and any(_fits(name, event) for name in self.events)


class EffectRow(Calls, frozen=True, kw_only=True):
    """What calls do that the record's own flags do not tell."""

    effect: Effect


class SignInRow(Calls, frozen=True, kw_only=True):
    """Calls by which somebody signs in to where changes can be made by hand."""

    to: SignInTo


class LaneRow(Calls, frozen=True, kw_only=True):
    """Calls that belong to a lane."""

    lane: Lane


class AgentRow(Fact, frozen=True, kw_only=True):
    """A user agent, or the host in its place, that names a tool."""

    tool: Tool
    pattern: Pattern
    needs_person: bool = False
    """Only a person's identity makes it this tool: services and scripts write the same."""


class FeatureRow(Fact, frozen=True, kw_only=True):
    """Feature ids of the SDKs, which say where a credential came from."""

    ids: frozenset[str]
    credential: Credential
    person: bool = False
    """Somebody sits at a workstation."""


class CredentialRow(Fact, frozen=True, kw_only=True):
    """A text in the user agent that tells where the credential came from."""

    pattern: Pattern
    credential: Credential
    reason: str


class IssuerRow(Fact, frozen=True, kw_only=True):
    """An identity provider, by the host of its tokens."""

    name: str
    pattern: Pattern
    pipeline: bool


class SessionRow(Fact, frozen=True, kw_only=True):
    """Session names that machines choose."""

    pattern: Pattern
    credential: Credential
    reason: str


class ServiceToolRow(Fact, frozen=True, kw_only=True):
    """A service that carries out infrastructure code."""

    host: str
    session: str
    """The name of its sessions when it uses a role of its own."""
    tool: Tool


class RoleSwitchRow(Calls, frozen=True, kw_only=True):
    """The sign-in to another role within the console."""

    origin: str
    """Where the record says which identity was switched from."""
    hours: int


class SignInTokenRow(Calls, frozen=True, kw_only=True):
    """What turns the key of a session into a sign-in to the console."""

    hours: int


class LaunchRow(Calls, frozen=True, kw_only=True):
    """Calls that set a service to work, which goes on in the caller's name or in that of a role."""

    host: str
    what: str
    """What is launched, in the words of a reason."""
    role: str
    name: tuple[str, ...]
    hours: int


class RiskTest(StrEnum):
    """How a call is tested for a risk."""

    ALWAYS = "always"
    OPEN_RULE = "open-rule"
    VALUE = "value"
    NOT_ALL_TRUE = "not-all-true"
    OFF = "off"
    PUBLIC_POLICY = "public-policy"
    ADMIN_POLICY = "admin-policy"


class RiskRow(Calls, frozen=True, kw_only=True):
    """Something that makes a write matter more."""

    slug: str
    text: str
    test: RiskTest
    pattern: Pattern | None = None
    keys: tuple[str, ...] = ()
    mark: str | None = None
    """Goes into the words of a message."""


class PhraseRow(Row, frozen=True, kw_only=True):
    """What a call did, in the words of a message."""

    service: str
    event: str
    text: str
    rule: str | None = None
    """How one network rule is put, for texts with `{rules}`."""


def _fits(name: str, event: str | None) -> bool:
    if name.endswith(ANY):
        return event is None or event.startswith(name[:-1])
    return name == event
