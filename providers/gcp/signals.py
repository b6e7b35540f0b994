"""What Google Cloud writes into its audit logs, and what it means: the literals of `signals.toml`."""

from functools import lru_cache
from pathlib import Path

import msgspec

from providers.gcp.signal_rows import (
    AgentRow,
    ClientRow,
    EffectRow,
    HiddenRow,
    IdentityRow,
    IssuerRow,
    LaneRow,
    PhraseRow,
    RiskRow,
    SignInRow,
)
from providers.tables import Form, Words, read_tables

SIGNALS = Path(__file__).with_name("signals.toml")


class Signals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All tables of `signals.toml`, in its order."""

    method_prefix: Form
    method_stage: Form
    read_name: Form
    service_host: Form
    workload_pool: Form
    workforce_pool: Form
    cluster_pool: Form
    github_subject: Form
    console_reason: Form
    shell_environment: Form
    machine_environment: Form
    inner_address: Form
    own_labels: Form
    agent_noise: Form
    failing_severities: Words
    free_text: Words
    label_maps: Words
    known_products: Words
    effects: tuple[EffectRow, ...]
    sign_ins: tuple[SignInRow, ...]
    lanes: tuple[LaneRow, ...]
    iac_agents: tuple[AgentRow, ...]
    console_agents: tuple[AgentRow, ...]
    client_agents: tuple[AgentRow, ...]
    oauth_clients: tuple[ClientRow, ...]
    identities: tuple[IdentityRow, ...]
    issuers: tuple[IssuerRow, ...]
    hidden: tuple[HiddenRow, ...]
    risks: tuple[RiskRow, ...]
    phrases: tuple[PhraseRow, ...]

    def service_name(self, host: str | None) -> str | None:
        """Return a service's name without the host's end."""
        return self.service_host.without(host) or None if host else None

    def method_key(self, method: str | None) -> str | None:
        """Return a method's name without the API's version, and as it will be when out of beta."""
        if not method:
            return None
        return self.method_stage.replaced(r".\g<stable>.", self.method_prefix.without(method)) or None


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
