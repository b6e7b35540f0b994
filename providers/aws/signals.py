"""What AWS writes into its records, and what it means: the literals of `signals.toml`."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from providers.aws.signal_rows import (
    AgentRow,
    CredentialRow,
    EffectRow,
    FeatureRow,
    Form,
    IssuerRow,
    LaneRow,
    LaunchRow,
    Pattern,
    PhraseRow,
    ReportRow,
    RiskRow,
    RoleSwitchRow,
    Row,
    ServiceToolRow,
    SessionRow,
    Words,
)

SIGNALS = Path(__file__).with_name("signals.toml")


class Signals(Row, frozen=True, kw_only=True):
    """All tables of `signals.toml`, in its order."""

    api_date: Form
    read_name: Form
    sso_role: Form
    sso_role_path: Form
    service_role: Form
    service_role_path: Form
    service_host: Form
    internal_name: Form
    generated_session: Form
    ticket_suffix: Form
    email: Form
    github_subject: Form
    cloudshell_environment: Form
    role_switch: RoleSwitchRow
    free_text: Words
    known_products: Words
    reports: tuple[ReportRow, ...]
    effects: tuple[EffectRow, ...]
    lanes: tuple[LaneRow, ...]
    iac_agents: tuple[AgentRow, ...]
    front_ends: tuple[AgentRow, ...]
    console_agents: tuple[AgentRow, ...]
    mobile_agents: tuple[AgentRow, ...] = ()
    client_agents: tuple[AgentRow, ...]
    features: tuple[FeatureRow, ...]
    logins: tuple[CredentialRow, ...]
    environments: tuple[CredentialRow, ...]
    issuers: tuple[IssuerRow, ...]
    sessions: tuple[SessionRow, ...]
    service_tools: tuple[ServiceToolRow, ...]
    launches: tuple[LaunchRow, ...]
    risks: tuple[RiskRow, ...]
    phrases: tuple[PhraseRow, ...]

    def front_end(self, host: str | None) -> AgentRow | None:
        """Return the row of a host that stands for whoever sits in front of it."""
        return next((row for row in self.front_ends if host and row.pattern.match(host)), None)

    def phrase(self, service: str | None, event: str | None) -> PhraseRow | None:
        """Return the words for a call."""
        return next((row for row in self.phrases if (row.service, row.event) == (service, event)), None)

    def event_name(self, name: str) -> str:
        """Return the name of a call without the API date that some names carry."""
        return self.api_date.without(name)


@lru_cache(maxsize=1)
def load_signals() -> Signals:
    """Read the table that ships with the program, once."""
    return _converted(tomllib.loads(SIGNALS.read_text(encoding="utf-8")))


def parse_signals(text: str) -> Signals:
    """Check `text` against the tables' types, its expressions too; raise `ValueError` at the first misfit."""
    found = _converted(tomllib.loads(text))
    _compile_all(found)
    return found


def own_signals(text: str) -> Signals:
    """Return the shipped tables with the rows of `text` before theirs; a single row takes its place.

    Raises:
        ValueError: `text` is no TOML, or a row of it does not fit; the message names the row.
    """
    own = tomllib.loads(text)
    shipped = tomllib.loads(SIGNALS.read_text(encoding="utf-8"))
    found = _converted(shipped | {name: _before(rows, shipped.get(name)) for name, rows in own.items()})
    for name in own.keys() & shipped.keys():
        rows = getattr(found, name)
        _compile_all(rows[: len(own[name])] if isinstance(rows, tuple) else rows, name)
    return found


def _before(own: Any, shipped: Any) -> Any:
    return [*own, *shipped] if isinstance(own, list) and isinstance(shipped, list) else own


def _converted(document: Mapping[str, Any]) -> Signals:
    return msgspec.convert(document, Signals, dec_hook=_pattern)


def _pattern(_kind: type, value: object) -> Pattern:
    if not isinstance(value, str):
        raise TypeError(f"a regular expression is text, not {type(value).__name__}")
    return Pattern(value)


def _compile_all(found: Any, place: str = "") -> None:
    """Compile the expressions of a row, or of all rows below; raise `ValueError` that names the row."""
    if isinstance(found, Pattern):
        try:
            _ = found.compiled
        except ValueError as problem:
            raise ValueError(f"{place}: {problem}") from problem
    elif isinstance(found, tuple):
        for number, row in enumerate(found):
            _compile_all(row, f"{place}[{number}]")
    elif isinstance(found, Row):
        for name in found.__struct_fields__:
            _compile_all(getattr(found, name), f"{place}.{name}".removeprefix("."))
