"""What a record says of who called and with which program, and nothing of what was done to what."""

from dataclasses import dataclass

import msgspec

from drift.model.resource import Json
from providers.azure.record import Activity, Claims, Kind
from providers.azure.request import text_at
from providers.azure.signal_rows import AppRow
from providers.azure.signals import Signals

APPLICATION = "application"

MAX_POLICIES = 20


class Caller(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that a record says of who called and with which program: the same in many records."""

    kind: Kind
    operation: str
    service: str | None
    """The service that acts by itself, as the operation or its category tells."""
    policies: str
    """The names of the policies that made it act."""
    is_policy_named: bool
    """The resource is called like Azure Policy's own deployments."""
    name: str | None
    type: str | None
    """What Resource Graph calls the caller, or else the role assignment."""
    is_sure: bool
    """Resource Graph calls it so."""
    claims: Claims
    client: str | None
    user_agent: str | None

    @property
    def app_id(self) -> str | None:
        """The id of the application that made the call."""
        is_app = self.is_sure and (self.type or "").lower() == APPLICATION
        return self.claims.app_id or (self.name if is_app else None)


def caller_in(activity: Activity, service: str | None, policies: Json, signals: Signals) -> Caller:
    """Return what a record says of its caller, and nothing of what it did to what."""
    right = activity.rights.evidence
    return Caller(
        kind=activity.kind,
        operation=activity.operation,
        service=service,
        policies=_policy_names(policies),
        is_policy_named=signals.policy_deployment.search(activity.resource_id or "") is not None,
        name=activity.caller,
        type=activity.caller_type or (right.principal_type if right else None),
        is_sure=activity.caller_type is not None,
        claims=activity.claims,
        client=activity.client,
        user_agent=activity.user_agent,
    )


def _policy_names(policies: Json) -> str:
    """Return the names of the assignments by which policies acted, each once."""
    each = policies if isinstance(policies, list) else []
    names = (
        text_at(one, "policyAssignmentName") or text_at(one, "policyDefinitionName")
        for one in each[:MAX_POLICIES]
    )
    return ", ".join(dict.fromkeys(name[:128] for name in names if name))


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """All that the rules look at."""

    caller: Caller
    signals: Signals

    @property
    def app(self) -> AppRow | None:
        """What is known of the application."""
        return self.signals.app(self.caller.app_id)

    @property
    def is_delegated(self) -> bool:
        """An application acts in a person's name."""
        claims, signals = self.caller.claims, self.signals
        if (claims.type or "").lower() in signals.application_type.words:
            return False
        is_person = (claims.type or "").lower() in signals.person_type.words
        return is_person or bool(claims.upn) or signals.delegated_scope.search(claims.scope or "") is not None
