"""What Azure writes into its records, and what it means: the literals of `signals.toml`."""

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from fnmatch import translate as as_expression
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any

import msgspec

from drift.model.event import Effect
from drift.model.verdict import Confidence, Credential, Lane, Tool

SIGNALS = Path(__file__).with_name("signals.toml")

Pattern = re.Pattern[str]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """One row of a table; a key that nobody reads is an error."""


class Operations(Row, frozen=True, kw_only=True):
    """Which operations a row is about, with `*` for any text."""

    operations: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]

    @cached_property
    def _expression(self) -> Pattern:
        return re.compile("|".join(as_expression(one.lower()) for one in self.operations))

    def cover(self, operation: str) -> bool:
        """Tell whether the row is about `operation`."""
        return self._expression.match(operation) is not None


class EffectRow(Operations, frozen=True, kw_only=True):
    """What operations do that their names do not tell."""

    effect: Effect
    confidence: Confidence
    source: str
    service: str | None = None
    """Acts by itself where the operation is recorded under the caller of another one."""


class CategoryRow(Row, frozen=True, kw_only=True):
    """A category of the log whose events are no calls of anybody."""

    name: str
    confidence: Confidence
    source: str
    effect: Effect | None = None
    """`None` where the operation tells it."""
    service: str | None = None
    """Acts by itself."""


class LaneRow(Operations, frozen=True, kw_only=True):
    """Operations that belong to a lane."""

    lane: Lane
    confidence: Confidence
    source: str
    names: Pattern | None = None
    """Only on resources of these names."""


class AppRow(Row, frozen=True, kw_only=True):
    """An application of Microsoft's, by its id."""

    id: str
    name: str
    confidence: Confidence
    source: str
    tool: Tool | None = None
    credential: Credential | None = None
    """Where a person's key came from who uses it."""
    service: bool = False
    """A resource provider: alone, it is the cloud at work."""


class IdentityRow(Row, frozen=True, kw_only=True):
    """Managed identities of the cloud's own controllers, by the id of their resource."""

    pattern: Pattern
    service: str
    confidence: Confidence
    source: str


class ClientRow(Row, frozen=True, kw_only=True):
    """A program, by the friendly name that Resource Graph gives it, in lower case."""

    name: str
    tool: Tool
    confidence: Confidence
    source: str


class AgentRow(Row, frozen=True, kw_only=True):
    """A user agent that names a tool."""

    pattern: Pattern
    tool: Tool
    confidence: Confidence
    source: str


class HiddenRow(Operations, frozen=True, kw_only=True):
    """Parts of a request that are never taken over: the values of settings and secrets."""

    keys: tuple[str, ...]
    source: str


class RiskTest(StrEnum):
    """How a call is tested for a risk."""

    ALWAYS = "always"
    OPEN_RULE = "open-rule"
    VALUE = "value"
    NONE_TRUE = "none-true"


class RiskRow(Operations, frozen=True, kw_only=True):
    """Something that makes a write matter more."""

    slug: str
    text: str
    test: RiskTest
    confidence: Confidence
    source: str
    pattern: Pattern | None = None
    keys: tuple[str, ...] = ()
    mark: str | None = None
    """Goes into the words of a message."""


class PhraseRow(Operations, frozen=True, kw_only=True):
    """What a call did, in the words of a message."""

    text: str
    rule: str | None = None
    """How one network rule is put, for texts with `{rules}`."""


class Signals(Row, frozen=True, kw_only=True):
    """All tables of `signals.toml`, in its order."""

    begun: frozenset[str]
    accepted: frozenset[str]
    failed: frozenset[str]
    read_action: Pattern
    runtime_action: Pattern
    open_peer: Pattern
    person_type: frozenset[str]
    application_type: frozenset[str]
    system_type: frozenset[str]
    email: Pattern
    guest: Pattern
    live_account: Pattern
    object_id: Pattern
    policy_deployment: Pattern
    generated_deployment: Pattern
    delegated_scope: Pattern
    grant_operation: str
    activations: frozenset[str]
    deactivations: frozenset[str]
    assignments: frozenset[str]
    undecided_grants: frozenset[str]
    free_text: frozenset[str]
    effects: tuple[EffectRow, ...]
    categories: tuple[CategoryRow, ...]
    lanes: tuple[LaneRow, ...]
    apps: tuple[AppRow, ...]
    identities: tuple[IdentityRow, ...]
    clients: tuple[ClientRow, ...]
    agents: tuple[AgentRow, ...]
    hidden: tuple[HiddenRow, ...]
    risks: tuple[RiskRow, ...]
    phrases: tuple[PhraseRow, ...]

    @cached_property
    def _apps(self) -> Mapping[str, AppRow]:
        return {row.id.lower(): row for row in reversed(self.apps)}

    @cached_property
    def _categories(self) -> Mapping[str, CategoryRow]:
        return {row.name.lower(): row for row in reversed(self.categories)}

    def app(self, app_id: str | None) -> AppRow | None:
        """Return what is known of an application."""
        return self._apps.get((app_id or "").lower())

    def category(self, name: str) -> CategoryRow | None:
        """Return the row of a category."""
        return self._categories.get(name)

    def service_of(self, managed_identity: str | None) -> IdentityRow | None:
        """Return the controller whose identity this is."""
        if not managed_identity:
            return None
        return next((row for row in self.identities if row.pattern.search(managed_identity)), None)


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Any]:
    return tomllib.loads(SIGNALS.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def load_signals() -> Signals:
    """Read the table that ships with the program, once."""
    return msgspec.convert(_shipped(), Signals, dec_hook=_pattern)


def parse_signals(own: str) -> Signals:
    """Return the tables with the user's own rows before the shipped ones, and own values in their place.

    Raises:
        ValueError: `own` is no TOML, or something in it does not fit; it says what, and where.
    """
    tables = dict(_shipped())
    for name, value in tomllib.loads(own).items():
        shipped = tables.get(name)
        is_table = isinstance(shipped, list) and all(isinstance(row, dict) for row in shipped)
        tables[name] = [*value, *(shipped or ())] if is_table and isinstance(value, list) else value
    return msgspec.convert(tables, Signals, dec_hook=_pattern)


def _pattern(_kind: type, value: object) -> Pattern:
    if not isinstance(value, str):
        raise TypeError(f"a regular expression is text, not {type(value).__name__}")
    try:
        return re.compile(value, re.IGNORECASE)
    except re.error as problem:
        raise ValueError(f"{value!r} is no regular expression: {problem}") from problem
