"""The rows of `signals.toml`: what each of them may say."""

import re
from enum import StrEnum
from fnmatch import translate as as_expression
from functools import cached_property
from typing import Annotated

import msgspec

from drift.model.event import Effect
from drift.model.verdict import Credential, Lane, Tool
from providers.tables import Fact, Pattern


class Operations(Fact, frozen=True, kw_only=True, dict=True):
    """Which operations a row is about, with `*` for any text."""

    operations: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        return re.compile("|".join(as_expression(one.lower()) for one in self.operations))

    def cover(self, operation: str) -> bool:
        """Tell whether the row is about `operation`."""
        return self._expression.match(operation) is not None


class EffectRow(Operations, frozen=True, kw_only=True):
    """What operations do that their names do not tell."""

    effect: Effect
    service: str | None = None
    """Acts by itself where the operation is recorded under the caller of another one."""


class CategoryRow(Fact, frozen=True, kw_only=True):
    """A category of the log whose events are no calls of anybody."""

    name: str
    effect: Effect | None = None
    """`None` where the operation tells it."""
    service: str | None = None
    """Acts by itself."""


class SignInRow(Fact, frozen=True, kw_only=True):
    """Applications to which somebody signs in to make changes by hand."""

    apps: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    """Their ids, in lower case."""


class LaneRow(Operations, frozen=True, kw_only=True):
    """Operations that belong to a lane."""

    lane: Lane
    names: Pattern | None = None
    """Only on resources of these names."""


class AppRow(Fact, frozen=True, kw_only=True):
    """An application of Microsoft's, by its id."""

    id: str
    name: str
    tool: Tool | None = None
    credential: Credential | None = None
    """Where a person's key came from who uses it."""
    service: bool = False
    """A resource provider: alone, it is the cloud at work."""


class IdentityRow(Fact, frozen=True, kw_only=True):
    """Managed identities of the cloud's own controllers, by the id of their resource."""

    pattern: Pattern
    service: str


class ClientRow(Fact, frozen=True, kw_only=True):
    """A program, by the friendly name that Resource Graph gives it, in lower case."""

    name: str
    tool: Tool


class AgentRow(Fact, frozen=True, kw_only=True):
    """A user agent that names a tool."""

    pattern: Pattern
    tool: Tool


class HiddenRow(Operations, frozen=True, kw_only=True):
    """Parts of a request that are never taken over: the values of settings and secrets."""

    keys: tuple[str, ...]


class RiskTest(StrEnum):
    """How a call is tested for a risk."""

    ALWAYS = "always"
    OPEN_RULE = "open-rule"
    VALUE = "value"
    NONE_TRUE = "none-true"
    ENTRY_OFF = "entry-off"


class RiskRow(Operations, frozen=True, kw_only=True):
    """Something that makes a write matter more."""

    slug: str
    text: str
    test: RiskTest
    pattern: Pattern | None = None
    keys: tuple[str, ...] = ()
    mark: str | None = None
    """Goes into the words of a message."""


class RoleRow(Fact, frozen=True, kw_only=True):
    """A role that is built in: records name it by its id."""

    id: str
    name: str


class PhraseRow(Operations, frozen=True, kw_only=True):
    """What a call did, in the words of a message."""

    text: str
    rule: str | None = None
    """How one network rule is put, for texts with `{rules}`."""
