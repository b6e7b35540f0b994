"""What Google Cloud writes into its audit logs, and what it means: the literals of `signals.toml`."""

import re
import tomllib
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

import msgspec

from drift.model.event import Effect
from drift.model.verdict import ActorKind, Confidence, Credential, Lane, Tool

SIGNALS = Path(__file__).with_name("signals.toml")

ANY = "*"

Pattern = re.Pattern[str]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a table; a key that nobody reads is an error."""

    confidence: Confidence
    source: str


class Calls(Row, frozen=True, kw_only=True):
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


class LaneRow(Calls, frozen=True, kw_only=True):
    """Calls that belong to a lane."""

    lane: Lane


class AgentRow(Row, frozen=True, kw_only=True):
    """A user agent that names a tool."""

    tool: Tool
    pattern: Pattern
    needs_person: bool = False
    """Only a person's identity makes it this tool: scripts write the same."""


class ClientRow(Row, frozen=True, kw_only=True):
    """An OAuth client: the program that somebody signed in with, whatever called later."""

    id: str
    name: str
    tool: Tool
    tool_confidence: Confidence
    """How far the tool itself, not only its credential, is known by the client."""
    credential: Credential


class IdentityRow(Row, frozen=True, kw_only=True):
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


class IssuerRow(Row, frozen=True, kw_only=True):
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


class PhraseRow(Calls, frozen=True, kw_only=True):
    """What a call did, in the words of a message."""

    text: str
    rule: str | None = None
    """How one network rule is put, for texts with `{rules}`."""


class Signals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All tables of `signals.toml`, in its order."""

    method_prefix: Pattern
    method_stage: Pattern
    read_name: Pattern
    service_host: Pattern
    workload_pool: Pattern
    workforce_pool: Pattern
    cluster_pool: Pattern
    github_subject: Pattern
    console_reason: Pattern
    shell_environment: Pattern
    machine_environment: Pattern
    inner_address: Pattern
    failing_severities: frozenset[str]
    free_text: frozenset[str]
    label_maps: frozenset[str]
    own_labels: Pattern
    known_products: frozenset[str]
    agent_noise: Pattern
    effects: tuple[EffectRow, ...]
    lanes: tuple[LaneRow, ...]
    iac_agents: tuple[AgentRow, ...]
    console_agents: tuple[AgentRow, ...]
    client_agents: tuple[AgentRow, ...]
    oauth_clients: tuple[ClientRow, ...]
    identities: tuple[IdentityRow, ...]
    issuers: tuple[IssuerRow, ...]
    risks: tuple[RiskRow, ...]
    phrases: tuple[PhraseRow, ...]

    def service_name(self, host: str | None) -> str | None:
        """Return a service's name without the host's end."""
        return self.service_host.sub("", host) or None if host else None

    def method_key(self, method: str | None) -> str | None:
        """Return a method's name without the API's version, and as it will be when out of beta."""
        if not method:
            return None
        return self.method_stage.sub(r".\g<stable>.", self.method_prefix.sub("", method)) or None


def load_signals(own: str = "") -> Signals:
    """Return the table that ships with the program, below the rows of the user's `own` text.

    Rows of `own` come first, lists are added to, and single values replace the shipped ones.

    Raises:
        ValueError: `own` is no TOML, or a row of it is not as it must be.
    """
    return _shipped() if not own else parse_signals(SIGNALS.read_text(encoding="utf-8"), own)


@lru_cache(maxsize=1)
def _shipped() -> Signals:
    return parse_signals(SIGNALS.read_text(encoding="utf-8"))


def parse_signals(text: str, own: str = "") -> Signals:
    """Check the tables against their types; raise `ValueError` at the first misfit."""
    table = tomllib.loads(text)
    for name, value in tomllib.loads(own).items():
        both = isinstance(value, list) and isinstance(table.get(name), list)
        table[name] = [*value, *table[name]] if both else value
    return msgspec.convert(table, Signals, dec_hook=_pattern)


def _pattern(_kind: type, value: object) -> Pattern:
    if not isinstance(value, str):
        raise TypeError(f"a regular expression is text, not {type(value).__name__}")
    try:
        return re.compile(value)
    except re.error as problem:
        raise ValueError(f"{value!r} is no regular expression: {problem}") from problem
