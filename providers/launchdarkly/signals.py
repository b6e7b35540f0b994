"""What LaunchDarkly writes into its entries, and what it means: the literals of `signals.toml`."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

import msgspec

from drift.model.event import Effect
from drift.model.verdict import Confidence

SIGNALS = Path(__file__).with_name("signals.toml")

PLACEHOLDER = re.compile(r"\{([\w-]+)\}")

Pattern = re.Pattern[str]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a table, and where the fact comes from."""

    confidence: Confidence
    source: str


class EffectRow(Row, frozen=True, kw_only=True):
    """What actions do that change nothing."""

    pattern: Pattern
    effect: Effect


class RiskRow(Row, frozen=True, kw_only=True):
    """Actions that make a write matter more."""

    pattern: Pattern
    slug: str
    text: str


class ResourceRow(Row, frozen=True, kw_only=True):
    """What a resource is to Terraform."""

    path: tuple[str, ...]
    """The kinds along its specifier: `proj`, `env`, `flag`."""
    type: str
    id: str
    """The id that Terraform imports it by, with the keys along the specifier in braces."""
    actions: Pattern | None = None
    """The row holds for these actions; without them, for all."""

    def __post_init__(self) -> None:
        if unknown := set(PLACEHOLDER.findall(self.id)) - set(self.path):
            raise ValueError(f"{self.id} names what its path has not: {', '.join(sorted(unknown))}")

    @property
    def is_of_environment(self) -> bool:
        """Whether the resource belongs to one environment of its project."""
        return "{env}" in self.id


class Signals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All tables of `signals.toml`, in its order."""

    effects: tuple[EffectRow, ...] = ()
    risks: tuple[RiskRow, ...] = ()
    resources: tuple[ResourceRow, ...] = ()

    def effect_of(self, action: str | None) -> Effect:
        """Return what an action does; one that no row names is a write."""
        found = (row.effect for row in self.effects if row.pattern.search(action or ""))
        return next(found, Effect.WRITE)

    def resource_of(self, path: tuple[str, ...], action: str | None) -> ResourceRow | None:
        """Return the row of a resource, if there is one."""
        return next(
            (
                row
                for row in self.resources
                if row.path == path and (row.actions is None or row.actions.search(action or ""))
            ),
            None,
        )


@lru_cache(maxsize=1)
def shipped_signals() -> Signals:
    """Read the table that ships with the program, once."""
    return parse_signals(SIGNALS.read_text(encoding="utf-8"))


def parse_signals(text: str) -> Signals:
    """Check `text` against the tables' types; raise `msgspec.ValidationError` at the first misfit."""
    return msgspec.convert(tomllib.loads(text), Signals, dec_hook=_pattern)


def signals_with(own: str) -> Signals:
    """Return the rows of the text `own` before those that ship with the program."""
    first, then = parse_signals(own), shipped_signals()
    return Signals(
        effects=first.effects + then.effects,
        risks=first.risks + then.risks,
        resources=first.resources + then.resources,
    )


def _pattern(_kind: type, value: object) -> Pattern:
    if not isinstance(value, str):
        raise TypeError(f"a regular expression is text, not {type(value).__name__}")
    try:
        return re.compile(value)
    except re.error as problem:
        raise ValueError(f"{value!r} is no regular expression: {problem}") from problem
