"""Who called and with which program: all that a record's origin tells, worked out once for each."""

from msgspec import Struct

from drift.model.event import OpenedSession, Principal, Risk
from drift.model.verdict import ActorKind, CredentialSign, Statement, ToolSign
from providers.aws.behind import behind_of
from providers.aws.credentials import credential_signs, is_console_session
from providers.aws.identity import principal_of
from providers.aws.names import names_of
from providers.aws.openings import shown_by_caller
from providers.aws.origin import Origin
from providers.aws.risks import callers_risks
from providers.aws.services import acting_service
from providers.aws.sessions import session_keys
from providers.aws.signals import Signals
from providers.aws.statements import said_by_caller
from providers.aws.tools import tool_signs


class Caller(Struct, frozen=True, kw_only=True):
    """Who called and with which program."""

    account: str | None
    """The account of the identity; the call may be about another one."""
    address: str | None
    user_agent: str | None
    principal: Principal | None
    behind: tuple[Principal, ...]
    service: str | None
    """The service that made the call."""
    tools: tuple[ToolSign, ...]
    credentials: tuple[CredentialSign, ...]
    session_keys: tuple[str, ...]
    shows: OpenedSession | None
    """The console session that the call shows to be one."""
    statements: tuple[Statement, ...]
    risks: tuple[Risk, ...]


def caller_of(origin: Origin, user_agent: str | None, signals: Signals) -> Caller:
    """Return who called."""
    names = names_of(origin.identity, signals)
    service = acting_service(origin, signals)
    principal = principal_of(origin, names, service, signals)
    tools = tool_signs(origin, service, principal.kind if principal else ActorKind.UNKNOWN, signals)
    credentials = credential_signs(origin, names, tools, signals)
    is_console = origin.is_stated_console and is_console_session(credentials)
    shown = shown_by_caller(origin, principal, tools) if is_console else None
    return Caller(
        account=origin.identity.account_id,
        address=origin.address or None,
        user_agent=user_agent or None,
        principal=principal,
        behind=behind_of(origin.identity),
        service=service,
        tools=tools,
        credentials=credentials,
        session_keys=session_keys(origin, service, is_console, shown is not None, signals),
        shows=shown,
        statements=said_by_caller(origin, names, signals),
        risks=callers_risks(origin, service),
    )
