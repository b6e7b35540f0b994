"""Who called: a person, a machine or Azure itself, as far as the record vouches for it.

The first rule that fits decides:

1. an operation or a category of a service that acts by itself: the service;
2. the managed identity of one of Azure's own controllers, or of a policy that deploys: the service;
3. a token that an application holds in a person's name: a person;
4. a managed identity: a machine;
5. an application alone: the service whose application it is, else a machine;
6. what Resource Graph, the role assignment or the token calls the caller;
7. a caller with an address: a person; with an object id: a machine; named like a provider: the service;
8. else nobody knows.
"""

from collections.abc import Callable
from dataclasses import dataclass

from drift.model.verdict import ActorKind, Confidence
from providers.azure.caller import Evidence
from providers.azure.record import Kind

SECRET, CERTIFICATE = "1", "2"
"""How an application proved itself, as the claim `appidacr` says."""

AZURE = "Azure"


@dataclass(frozen=True, kw_only=True, slots=True)
class Who:
    """A kind of caller, and the reason."""

    kind: ActorKind
    confidence: Confidence
    reason: str
    service: str | None = None
    """The service that acts, in its own name."""
    acts_alone: bool = False
    """Nobody's action led to it: no session tells more."""


def who_calls(evidence: Evidence) -> Who:
    """Return the kind of caller, by the first rule that fits."""
    return next(filter(None, (rule(evidence) for rule in _RULES)), _NOBODY_KNOWS)


def _service_itself(evidence: Evidence) -> Who | None:
    service, policies = evidence.caller.service, evidence.caller.policies
    if service is None:
        return None
    because = f": the policy {policies}" if policies else ""
    return Who(
        kind=ActorKind.SERVICE,
        confidence=Confidence.HIGH,
        reason=f"{service} acted by itself{because}",
        service=service,
        acts_alone=True,
    )


def _controller(evidence: Evidence) -> Who | None:
    caller, signals = evidence.caller, evidence.signals
    row = signals.service_of(caller.claims.managed_identity)
    if row is not None:
        return Who(
            kind=ActorKind.SERVICE,
            confidence=row.confidence,
            reason=f"the managed identity of {row.service}",
            service=row.service,
            acts_alone=row.confidence is not Confidence.LOW,
        )
    if caller.is_policy_named and caller.claims.managed_identity and not evidence.is_delegated:
        return Who(
            kind=ActorKind.SERVICE,
            confidence=Confidence.MEDIUM,
            reason="a managed identity deployed what a policy asks for",
            service="Azure Policy",
            acts_alone=True,
        )
    return None


def _person_behind_an_application(evidence: Evidence) -> Who | None:
    if not evidence.is_delegated:
        return None
    with_what = evidence.app.name if evidence.app else f"the application {evidence.caller.app_id}"
    return Who(kind=ActorKind.HUMAN, confidence=Confidence.HIGH, reason=f"a person signed in to {with_what}")


def _managed_identity(evidence: Evidence) -> Who | None:
    if not evidence.caller.claims.managed_identity:
        return None
    return Who(kind=ActorKind.MACHINE, confidence=Confidence.MEDIUM, reason="a managed identity")


def _application_alone(evidence: Evidence) -> Who | None:
    claims, signals = evidence.caller.claims, evidence.signals
    is_alone = (claims.type or "").lower() in signals.application_type.words or claims.app_kind in (
        SECRET,
        CERTIFICATE,
    )
    if not is_alone or evidence.caller.kind is Kind.SETTING:
        return None
    return _of_app(evidence, "an application that signed in by itself", Confidence.HIGH)


def _named_type(evidence: Evidence) -> Who | None:
    caller, signals = evidence.caller, evidence.signals
    said = (caller.type or "").lower()
    sure = Confidence.HIGH if caller.is_sure else Confidence.MEDIUM
    if said in signals.person_type.words:
        return Who(kind=ActorKind.HUMAN, confidence=sure, reason="Azure calls the caller a user")
    if said in signals.application_type.words:
        return _of_app(evidence, "Azure calls the caller an application", sure)
    if said in signals.system_type.words:
        reason = "Azure itself made the change"
        return Who(kind=ActorKind.SERVICE, confidence=sure, reason=reason, service=AZURE, acts_alone=True)
    return None


def _by_the_name(evidence: Evidence) -> Who | None:
    name, signals = evidence.caller.name or "", evidence.signals
    if signals.guest.match(name) or signals.email.match(signals.live_account.without(name)):
        reason = "the caller has an e-mail address"
        return Who(kind=ActorKind.HUMAN, confidence=Confidence.MEDIUM, reason=reason)
    if evidence.caller.kind is Kind.SETTING:
        return None
    if signals.object_id.match(name):
        return _of_app(evidence, "the caller has an object id and no address", Confidence.MEDIUM)
    if name.lower().startswith("microsoft.") and "/" in name:
        reason = "the caller is a resource provider"
        return Who(kind=ActorKind.SERVICE, confidence=Confidence.MEDIUM, reason=reason, service=name)
    return None


def _of_app(evidence: Evidence, reason: str, sure: Confidence) -> Who:
    app = evidence.app
    if app is not None and app.service and app.confidence is not Confidence.LOW:
        confidence = min(sure, app.confidence, key=lambda one: one.rank)
        why = f"{app.name}, a resource provider, acted alone"
        return Who(kind=ActorKind.SERVICE, confidence=confidence, reason=why, service=app.name)
    return Who(kind=ActorKind.MACHINE, confidence=sure, reason=reason)


_RULES: tuple[Callable[[Evidence], Who | None], ...] = (
    _service_itself,
    _controller,
    _person_behind_an_application,
    _managed_identity,
    _application_alone,
    _named_type,
    _by_the_name,
)

_NOBODY_KNOWS = Who(
    kind=ActorKind.UNKNOWN,
    confidence=Confidence.LOW,
    reason="nothing in the record tells a person from a machine",
)
