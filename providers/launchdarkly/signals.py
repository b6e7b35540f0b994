"""What LaunchDarkly writes into its entries, and what it means: the literals of `signals.toml`."""

import re
from functools import lru_cache
from pathlib import Path

import msgspec

from drift.model.event import Effect
from providers.tables import Fact, Pattern, read_tables

SIGNALS = Path(__file__).with_name("signals.toml")

PLACEHOLDER = re.compile(r"\{([\w-]+)\}")


class EffectRow(Fact, frozen=True, kw_only=True):
    """What actions do that change nothing."""

    pattern: Pattern
    effect: Effect


class RiskRow(Fact, frozen=True, kw_only=True):
    """Actions that make a write matter more."""

    pattern: Pattern
    slug: str
    text: str


class ResourceRow(Fact, frozen=True, kw_only=True):
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
def _shipped() -> Signals:
    # A test checks these expressions: here each waits for its first use.
    return read_tables(Signals, SIGNALS.read_text(encoding="utf-8"), is_checked=False)


def load_signals(own: str = "") -> Signals:
    """Return the tables that ship with the program, below the rows of the user's `own` text.

    Raises:
        ValueError: `own` is no TOML, or something in it does not fit; it says what, and where.
    """
    return read_tables(Signals, SIGNALS.read_text(encoding="utf-8"), own) if own else _shipped()
