"""What AWS writes into its records, and what it means: the literals of `signals.toml`."""

from functools import lru_cache
from pathlib import Path

from providers.aws.signal_rows import (
    AgentRow,
    CredentialRow,
    EffectRow,
    FeatureRow,
    IssuerRow,
    LaneRow,
    LaunchRow,
    PhraseRow,
    ReportRow,
    RiskRow,
    RoleSwitchRow,
    ServiceToolRow,
    SessionRow,
    SignInRow,
    SignInTokenRow,
)
from providers.tables import Form, Row, Words, read_tables

SIGNALS = Path(__file__).with_name("signals.toml")


class ToldRows(Row, frozen=True, kw_only=True):
    """The rows by which people are told of a call."""

    phrase: PhraseRow | None
    risks: tuple[RiskRow, ...]


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
    sign_in_token: SignInTokenRow
    free_text: Words
    known_products: Words
    reports: tuple[ReportRow, ...]
    effects: tuple[EffectRow, ...]
    sign_ins: tuple[SignInRow, ...]
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

    def told_of(self, service: str | None, event: str | None) -> ToldRows:
        """Return the rows by which people are told of a call."""
        phrases = (row for row in self.phrases if (row.service, row.event) == (service, event))
        risks = tuple(row for row in self.risks if row.cover(service, event))
        return ToldRows(phrase=next(phrases, None), risks=risks)

    def event_name(self, name: str) -> str:
        """Return the name of a call without the API date that some names carry."""
        return self.api_date.without(name)


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
