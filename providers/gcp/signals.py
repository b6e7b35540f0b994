"""What Google Cloud writes into its audit logs, and what it means: the literals of `signals.toml`."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from providers.gcp.signal_rows import (
    AgentRow,
    ClientRow,
    EffectRow,
    Form,
    IdentityRow,
    IssuerRow,
    LaneRow,
    Pattern,
    PhraseRow,
    RiskRow,
    Words,
)

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
        return self.service_host.without(host) or None if host else None

    def method_key(self, method: str | None) -> str | None:
        """Return a method's name without the API's version, and as it will be when out of beta."""
        if not method:
            return None
        return self.method_stage.replaced(r".\g<stable>.", self.method_prefix.without(method)) or None


def load_signals(own: str = "") -> Signals:
    """Return the table that ships with the program, below the rows of the user's `own` text.

    Rows of `own` come first; a single row takes the place of the shipped one.

    Raises:
        ValueError: `own` is no TOML, or a row of it is not as it must be.
    """
    return _shipped() if not own else parse_signals(SIGNALS.read_text(encoding="utf-8"), own)


@lru_cache(maxsize=1)
def _shipped() -> Signals:
    # A test compiles these expressions: here each waits for its first use.
    return msgspec.convert(tomllib.loads(SIGNALS.read_text(encoding="utf-8")), Signals, dec_hook=_pattern)


def parse_signals(text: str, own: str = "") -> Signals:
    """Check the tables against their types, their expressions too; raise `ValueError` at the first misfit."""
    table = tomllib.loads(text)
    for name, value in tomllib.loads(own).items():
        table[name] = _before(value, table.get(name))
    return msgspec.convert(table, Signals, dec_hook=_checked)


def _before(own: Any, shipped: Any) -> Any:
    return [*own, *shipped] if isinstance(own, list) and isinstance(shipped, list) else own


def _pattern(_kind: type, value: object) -> Pattern:
    if not isinstance(value, str):
        raise TypeError(f"a regular expression is text, not {type(value).__name__}")
    return Pattern(value)


def _checked(kind: type, value: object) -> Pattern:
    found = _pattern(kind, value)
    _ = found.compiled
    return found
