"""Where did the key of the call come from?"""

from collections.abc import Iterator

from drift.model.verdict import Confidence, Credential, CredentialSign, Tool, ToolSign
from providers.aws.callers import STATIC_KEY
from providers.aws.issuers import issued_by
from providers.aws.names import Names
from providers.aws.origin import SERVICE_IDENTITY, Origin
from providers.aws.signals import Signals
from providers.aws.user_agent import UserAgent

CONSOLE_TOOLS = frozenset({Tool.CONSOLE, Tool.CLOUDSHELL, Tool.MOBILE})


def credential_signs(
    origin: Origin, names: Names, tools: tuple[ToolSign, ...], signals: Signals
) -> tuple[CredentialSign, ...]:
    """Return every sign of the credential, the deciding one first.

    What AWS states about the session comes before what the SDK says of itself, but for
    `aws login`: its keys are the console's, and only the SDK tells that they left it.
    """
    said_by_sdk = list(_by_features(origin.agent, signals))
    logins = [sign for sign in said_by_sdk if sign.credential is Credential.CLI_LOGIN]
    return (
        *_by_identity(origin, signals),
        *logins,
        *_by_console(origin, tools),
        *_by_key(origin, names, signals),
        *(sign for sign in said_by_sdk if sign not in logins),
        *_by_environment(origin.agent, signals),
        *_by_session_name(names, signals),
    )


def is_console_session(credentials: tuple[CredentialSign, ...]) -> bool:
    """Tell whether the deciding sign is that of a console session."""
    deciding = next((sign for sign in credentials if sign.confidence is not Confidence.LOW), None)
    return deciding is not None and deciding.credential is Credential.CONSOLE_SESSION


def _by_identity(origin: Origin, signals: Signals) -> Iterator[CredentialSign]:
    caller, session = origin.identity, origin.session
    if caller.type == SERVICE_IDENTITY:
        yield _sure(Credential.SERVICE_PRINCIPAL, "the identity of an AWS service")
    if issued := issued_by(origin.identity, signals):
        yield _sure(Credential.WEB_IDENTITY, f"the session was opened with a token of {issued.issuer.name}")
    if session.ec2_role_delivery or (caller.in_scope_of and caller.in_scope_of.issuer_type):
        yield _sure(Credential.INSTANCE, "the credentials were handed to an instance, function or task")


def _by_console(origin: Origin, tools: tuple[ToolSign, ...]) -> Iterator[CredentialSign]:
    if origin.is_flagged:
        yield _sure(Credential.CONSOLE_SESSION, "AWS marks the credentials as the console's")
    deciding = next((sign for sign in tools if sign.confidence is not Confidence.LOW), None)
    if deciding and deciding.tool in CONSOLE_TOOLS:
        yield CredentialSign(
            credential=Credential.CONSOLE_SESSION, confidence=deciding.confidence, reason=deciding.reason
        )


def _by_key(origin: Origin, names: Names, signals: Signals) -> Iterator[CredentialSign]:
    if (origin.identity.access_key_id or "").startswith(STATIC_KEY):
        yield _sure(Credential.STATIC_KEY, "the key is a static one")
    if origin.identity.type == "IdentityCenterUser" or signals.sso_role.match(names.role or ""):
        yield CredentialSign(
            credential=Credential.SSO, confidence=Confidence.MEDIUM, reason="a session of IAM Identity Center"
        )


def _by_features(agent: UserAgent, signals: Signals) -> Iterator[CredentialSign]:
    features = agent.features
    for login in signals.logins:
        if login.pattern.search(agent.text):
            yield CredentialSign(
                credential=login.credential, confidence=login.confidence, reason=login.reason
            )
    for row in signals.features:
        if row.credential is not Credential.UNKNOWN and row.ids & features:
            ids = ", ".join(sorted(row.ids & features))
            reason = f"the SDK says so (feature {ids})"
            yield CredentialSign(credential=row.credential, confidence=row.confidence, reason=reason)


def _by_environment(agent: UserAgent, signals: Signals) -> Iterator[CredentialSign]:
    for row in signals.environments:
        if row.pattern.match(agent.environment):
            yield CredentialSign(credential=row.credential, confidence=row.confidence, reason=row.reason)


def _by_session_name(names: Names, signals: Signals) -> Iterator[CredentialSign]:
    for row in signals.sessions:
        if row.credential is not Credential.UNKNOWN and row.pattern.match(names.session or ""):
            yield CredentialSign(credential=row.credential, confidence=row.confidence, reason=row.reason)


def _sure(credential: Credential, reason: str) -> CredentialSign:
    return CredentialSign(credential=credential, confidence=Confidence.HIGH, reason=reason)
