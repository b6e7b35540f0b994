"""With which program was the call made, and where did its key come from?

The token's application tells, where a person uses it: the Activity Log has no user agent.
Resource Graph has seen it and names the program; App Configuration's logs have it. A
deployment proves no infrastructure code, since the portal's pages deploy templates too: it
is a sign only of an application alone.
"""

from collections.abc import Iterator

from drift.model.verdict import ActorKind, Confidence, Credential, CredentialSign, Tool, ToolSign
from providers.azure.caller import Evidence
from providers.azure.callers import CERTIFICATE, SECRET, Who
from providers.azure.record import Kind

DEPLOYMENT = "microsoft.resources/deployments/write"


def tool_signs(evidence: Evidence, who: Who) -> tuple[ToolSign, ...]:
    """Return every sign of the tool, the deciding one first.

    A resource provider shows none: what it writes is the doing of whoever began the operation.
    """
    if who.acts_alone:
        return (ToolSign(tool=Tool.CLOUD_SERVICE, confidence=who.confidence, reason=who.reason),)
    return tuple(_signs(evidence, who))


def _signs(evidence: Evidence, who: Who) -> Iterator[ToolSign]:
    caller, signals = evidence.caller, evidence.signals
    yield from _by_client(evidence)
    app = evidence.app
    is_person = who.kind is ActorKind.HUMAN
    if app is not None and app.tool is not None and is_person:
        yield ToolSign(tool=app.tool, confidence=app.confidence, reason=f"the application is {app.name}")
    for row in signals.agents:
        if row.pattern.search(caller.user_agent or ""):
            reason = f"the user agent names {row.tool}"
            yield ToolSign(tool=row.tool, confidence=row.confidence, reason=reason)
    if caller.operation == DEPLOYMENT and who.kind in (ActorKind.HUMAN, ActorKind.MACHINE):
        sure = Confidence.LOW if is_person else Confidence.MEDIUM
        yield ToolSign(tool=Tool.ARM_DEPLOYMENT, confidence=sure, reason="a template was deployed")
    if app is None and caller.app_id and is_person:
        reason = f"the application {caller.app_id} is in no table"
        yield ToolSign(tool=Tool.UNKNOWN, confidence=Confidence.LOW, reason=reason)


def _by_client(evidence: Evidence) -> Iterator[ToolSign]:
    """Yield what Resource Graph calls the program: a friendly name, or an application's id."""
    client, signals = evidence.caller.client, evidence.signals
    if not client:
        return
    for row in signals.clients:
        if row.name == client.strip().lower():
            reason = f"Resource Graph names {client[:64]}"
            yield ToolSign(tool=row.tool, confidence=row.confidence, reason=reason)
    app = signals.app(client)
    if app is not None and app.tool is not None:
        reason = f"Resource Graph names the application {app.name}"
        yield ToolSign(tool=app.tool, confidence=app.confidence, reason=reason)


def credential_signs(evidence: Evidence, who: Who, tools: tuple[ToolSign, ...]) -> tuple[CredentialSign, ...]:
    """Return every sign of the credential, the deciding one first."""
    return tuple(_credentials(evidence, who, tools))


def _credentials(evidence: Evidence, who: Who, tools: tuple[ToolSign, ...]) -> Iterator[CredentialSign]:
    caller, app = evidence.caller, evidence.app
    claims = caller.claims
    if claims.managed_identity:
        yield _sign(Credential.INSTANCE, Confidence.MEDIUM, "the token of a managed identity")
    if evidence.is_delegated:
        if app is not None and app.credential is not None:
            yield _sign(app.credential, app.confidence, f"a person signed in to {app.name}")
        return
    if caller.kind is Kind.SETTING:
        if caller.name:
            yield _sign(Credential.STATIC_KEY, Confidence.HIGH, "an access key of the store")
        return
    if who.kind is ActorKind.HUMAN:
        deciding = next((one for one in tools if one.confidence is not Confidence.LOW), None)
        if deciding is not None and deciding.tool is Tool.CONSOLE:
            yield _sign(Credential.CONSOLE_SESSION, deciding.confidence, deciding.reason)
        return
    how = {SECRET: "a secret", CERTIFICATE: "a certificate or another provider's token"}.get(
        claims.app_kind or ""
    )
    if how is not None:
        yield _sign(Credential.SERVICE_PRINCIPAL, Confidence.HIGH, f"an application proved itself with {how}")
    elif who.kind is ActorKind.MACHINE or caller.app_id:
        yield _sign(
            Credential.SERVICE_PRINCIPAL, Confidence.MEDIUM, "an application that signed in by itself"
        )


def _sign(credential: Credential, confidence: Confidence, reason: str) -> CredentialSign:
    return CredentialSign(credential=credential, confidence=confidence, reason=reason)
