"""What Azure writes into its records, and what it means: the literals of `signals.toml`."""

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec

from providers.azure.signal_rows import (
    AgentRow,
    AppRow,
    CategoryRow,
    ClientRow,
    EffectRow,
    HiddenRow,
    IdentityRow,
    LaneRow,
    PhraseRow,
    RiskRow,
    RoleRow,
    SignInRow,
)
from providers.tables import Form, Words, read_tables

SIGNALS = Path(__file__).with_name("signals.toml")


class Signals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """All tables of `signals.toml`, in its order."""

    begun: Words
    accepted: Words
    failed: Words
    read_action: Form
    runtime_action: Form
    open_peer: Form
    person_type: Words
    application_type: Words
    system_type: Words
    email: Form
    guest: Form
    live_account: Form
    object_id: Form
    policy_deployment: Form
    generated_deployment: Form
    delegated_scope: Form
    grant_operation: Words
    activations: Words
    deactivations: Words
    assignments: Words
    undecided_grants: Words
    free_text: Words
    effects: tuple[EffectRow, ...]
    categories: tuple[CategoryRow, ...]
    sign_ins: tuple[SignInRow, ...]
    lanes: tuple[LaneRow, ...]
    apps: tuple[AppRow, ...]
    identities: tuple[IdentityRow, ...]
    clients: tuple[ClientRow, ...]
    agents: tuple[AgentRow, ...]
    hidden: tuple[HiddenRow, ...]
    risks: tuple[RiskRow, ...]
    roles: tuple[RoleRow, ...]
    phrases: tuple[PhraseRow, ...]

    @cached_property
    def _apps(self) -> Mapping[str, AppRow]:
        return {row.id.lower(): row for row in reversed(self.apps)}

    @cached_property
    def _categories(self) -> Mapping[str, CategoryRow]:
        return {row.name.lower(): row for row in reversed(self.categories)}

    @cached_property
    def _roles(self) -> Mapping[str, str]:
        return {row.id.lower(): row.name for row in reversed(self.roles)}

    def role_name(self, role_definition_id: str) -> str | None:
        """Return what a role that is built in is called."""
        return self._roles.get(role_definition_id.rpartition("/")[2].lower())

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
def _shipped() -> Signals:
    # A test checks these expressions: here each waits for its first use.
    return read_tables(Signals, SIGNALS.read_text(encoding="utf-8"), is_checked=False, flags=re.IGNORECASE)


def load_signals(own: str = "") -> Signals:
    """Return the tables that ship with the program, below the rows of the user's `own` text.

    Raises:
        ValueError: `own` is no TOML, or something in it does not fit; it says what, and where.
    """
    return (
        read_tables(Signals, SIGNALS.read_text(encoding="utf-8"), own, flags=re.IGNORECASE)
        if own
        else _shipped()
    )
