"""Where did the key of the call come from?"""

from collections.abc import Iterator

from drift.model.verdict import ActorKind, Confidence, Credential, CredentialSign, Tool, ToolSign
from providers.gcp.identity import Caller
from providers.gcp.record import Authentication
from providers.gcp.signals import Signals
from providers.gcp.tools import Hints

CONSOLE_TOOLS = frozenset({Tool.CONSOLE, Tool.CLOUDSHELL, Tool.MOBILE})
FEDERATED = frozenset({Credential.WEB_IDENTITY, Credential.SSO})


def credential_signs(
    identity: Authentication,
    hints: Hints,
    delegators: tuple[Caller, ...],
    tools: tuple[ToolSign, ...],
    signals: Signals,
) -> tuple[CredentialSign, ...]:
    """Return every sign of the credential, the deciding one first.

    What Google states of the identity comes before what the program says of itself. Of a
    delegation, how it began decides: a pipeline's token, or a person's impersonation.
    """
    return (
        *_by_identity(identity, hints, delegators),
        *_by_client(hints, tools),
        *_by_machine(hints, signals),
    )


def _by_identity(
    identity: Authentication, hints: Hints, delegators: tuple[Caller, ...]
) -> Iterator[CredentialSign]:
    first = delegators[0] if delegators else hints.caller
    if first and first.credential in FEDERATED:
        yield _sure(first.credential, first.principal.reason)
    if delegators:
        yield _sure(Credential.IMPERSONATION, f"{delegators[0].principal.name} impersonated the identity")
    if identity.service_account_key_name:
        yield _sure(Credential.STATIC_KEY, "a downloaded key of the service account was used")
    if hints.caller and hints.caller.principal.kind is ActorKind.SERVICE:
        yield _sure(Credential.SERVICE_PRINCIPAL, "the identity of a service of Google's")


def _by_client(hints: Hints, tools: tuple[ToolSign, ...]) -> Iterator[CredentialSign]:
    if hints.client:
        reason = f"the token was made for {hints.client.name}"
        yield CredentialSign(
            credential=hints.client.credential, confidence=hints.client.confidence, reason=reason
        )
    deciding = next((sign for sign in tools if sign.confidence is not Confidence.LOW), None)
    if deciding and deciding.tool in CONSOLE_TOOLS:
        yield CredentialSign(
            credential=Credential.CONSOLE_SESSION, confidence=deciding.confidence, reason=deciding.reason
        )


def _by_machine(hints: Hints, signals: Signals) -> Iterator[CredentialSign]:
    caller = hints.caller
    if caller is None or caller.principal.kind is not ActorKind.MACHINE:
        return
    if caller.credential is Credential.INSTANCE:
        yield _likely(caller.principal.reason)
    elif signals.machine_environment.match(hints.agent.environment):
        yield _likely("gcloud says that it runs on a machine of Compute Engine")


def _likely(reason: str) -> CredentialSign:
    return CredentialSign(credential=Credential.INSTANCE, confidence=Confidence.MEDIUM, reason=reason)


def _sure(credential: Credential, reason: str) -> CredentialSign:
    return CredentialSign(credential=credential, confidence=Confidence.HIGH, reason=reason)
