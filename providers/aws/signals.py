"""What AWS writes into its records, and what it means: the literals of `signals.toml`."""

import re
import tomllib
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import msgspec

from drift.model.event import Effect
from drift.model.verdict import Confidence, Credential, Lane, Tool

SIGNALS = Path(__file__).with_name("signals.toml")

ANY = "*"

Pattern = re.Pattern[str]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a table; a key that nobody reads is an error."""


class Calls(Row, frozen=True, kw_only=True):
    """Which calls a row is about."""

    service: str
    events: tuple[str, ...]

    def cover(self, service: str | None, event: str | None) -> bool:
        """Tell whether the row is about `event` of `service`."""
        return self.service in (ANY, service) and any(_fits(name, event) for name in self.events)


class EffectRow(Calls, frozen=True, kw_only=True):
    """What calls do that the record's own flags do not tell."""

    effect: Effect
    confidence: Confidence
    source: str


class LaneRow(Calls, frozen=True, kw_only=True):
    """Calls that belong to a lane."""

    lane: Lane


class AgentRow(Row, frozen=True, kw_only=True):
    """A user agent that names a tool."""

    tool: Tool
    pattern: Pattern
    confidence: Confidence
    source: str
    needs_person: bool = False
    """Only a person's identity makes it this tool: services and scripts write the same."""


class FeatureRow(Row, frozen=True, kw_only=True):
    """Feature ids of the SDKs, which say where a credential came from."""

    ids: frozenset[str]
    credential: Credential
    confidence: Confidence
    source: str
    person: bool = False
    """Somebody sits at a workstation."""


class IssuerRow(Row, frozen=True, kw_only=True):
    """An identity provider, by the host of its tokens."""

    name: str
    pattern: Pattern
    pipeline: bool
    confidence: Confidence
    source: str


class SessionRow(Row, frozen=True, kw_only=True):
    """Session names that machines choose."""

    pattern: Pattern
    credential: Credential
    reason: str
    source: str


class ServiceToolRow(Row, frozen=True, kw_only=True):
    """A service that carries out infrastructure code."""

    host: str
    session: str
    """The name of its sessions when it uses a role of its own."""
    tool: Tool
    source: str


class RiskTest(StrEnum):
    """How a call is tested for a risk."""

    ALWAYS = "always"
    OPEN_RULE = "open-rule"
    VALUE = "value"
    NOT_ALL_TRUE = "not-all-true"
    PUBLIC_POLICY = "public-policy"
    ADMIN_POLICY = "admin-policy"


class RiskRow(Calls, frozen=True, kw_only=True):
    """Something that makes a write matter more."""

    slug: str
    text: str
    test: RiskTest
    source: str
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


class Signals(Row, frozen=True, kw_only=True):
    """All tables of `signals.toml`, in its order."""

    api_date: Pattern
    read_name: Pattern
    sso_role: Pattern
    sso_role_path: Pattern
    service_role: Pattern
    service_role_path: Pattern
    service_host: Pattern
    console_host: Pattern
    internal_name: Pattern
    generated_session: Pattern
    ticket_suffix: Pattern
    email: Pattern
    github_subject: Pattern
    cloudshell_environment: Pattern
    observing_types: frozenset[str]
    free_text: tuple[str, ...]
    known_products: frozenset[str]
    effects: tuple[EffectRow, ...]
    lanes: tuple[LaneRow, ...]
    iac_agents: tuple[AgentRow, ...]
    console_agents: tuple[AgentRow, ...]
    client_agents: tuple[AgentRow, ...]
    features: tuple[FeatureRow, ...]
    issuers: tuple[IssuerRow, ...]
    sessions: tuple[SessionRow, ...]
    service_tools: tuple[ServiceToolRow, ...]
    risks: tuple[RiskRow, ...]
    phrases: tuple[PhraseRow, ...]

    def event_name(self, name: str) -> str:
        """Return the name of a call without the API date that some names carry."""
        return self.api_date.sub("", name)


@lru_cache(maxsize=1)
def load_signals() -> Signals:
    """Read the table that ships with the program, once."""
    return parse_signals(SIGNALS.read_text(encoding="utf-8"))


def parse_signals(text: str) -> Signals:
    """Check `text` against the tables' types; raise `msgspec.ValidationError` at the first misfit."""
    return msgspec.convert(tomllib.loads(text), Signals, dec_hook=_pattern)


def _pattern(_kind: type, value: object) -> Pattern:
    if not isinstance(value, str):
        raise TypeError(f"a regular expression is text, not {type(value).__name__}")
    try:
        return re.compile(value)
    except re.error as problem:
        raise ValueError(f"{value!r} is no regular expression: {problem}") from problem


def _fits(name: str, event: str | None) -> bool:
    if name.endswith(ANY):
        return event is None or event.startswith(name[:-1])
    return name == event
