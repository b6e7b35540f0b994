"""The identity that Azure saw, under the name that people know it by."""

from drift.model.event import Principal
from drift.model.verdict import ActorKind
from providers.azure.arm_ids import parsed
from providers.azure.caller import Caller, Evidence
from providers.azure.callers import Who
from providers.azure.record import Claims
from providers.azure.signals import Signals

MFA = "mfa"


def principal_of(evidence: Evidence, who: Who) -> Principal | None:
    """Return the identity, or `None` where the record names none.

    A machine goes by its application's id, which stays the same in every tenant's and
    pipeline's settings; the object id that Azure records as the caller is the reason's.
    """
    caller, signals = evidence.caller, evidence.signals
    claims, app_id = caller.claims, caller.app_id
    known = caller.name or claims.upn or claims.object_id
    match who.kind:
        case ActorKind.SERVICE:
            id_, name = known or app_id or who.service, who.service or known
        case ActorKind.HUMAN:
            id_ = known
            name = _person(caller, signals) or known
        case ActorKind.MACHINE:
            id_ = app_id or known
            name = _own_name(claims) or id_
        case ActorKind.UNKNOWN:
            id_ = known or app_id
            name = id_
    if not id_ or not name:
        return None
    object_id = claims.object_id or caller.name
    is_machine = who.kind is ActorKind.MACHINE
    return Principal(
        id=id_,
        name=name,
        kind=who.kind,
        confidence=who.confidence,
        reason=f"{who.reason} (object {object_id})"
        if is_machine and object_id and object_id != id_
        else who.reason,
        role=claims.managed_identity if is_machine else None,
        mfa=MFA in claims.methods.lower().split(",") if claims.methods else None,
    )


def _person(caller: Caller, signals: Signals) -> str | None:
    """Return the address under which people know a person, or else the best name."""
    claims = caller.claims
    named = (claims.upn, caller.name, claims.user_name, claims.email)
    addresses = (_address(one, signals) for one in named if one)
    return next((one for one in addresses if one), None) or claims.name or caller.name


def _address(text: str, signals: Signals) -> str | None:
    """Return the address in `text`: of a guest at home, of a personal account without its prefix."""
    plain = signals.live_account.without(text.strip())
    guest = signals.guest.match(plain)
    if guest is not None:
        return f"{guest['user']}@{guest['domain']}".lower()
    return plain.lower() if signals.email.match(plain) else None


def _own_name(claims: Claims) -> str | None:
    """Return the name of a managed identity, or of the machine that it belongs to."""
    found = parsed(claims.managed_identity)
    return found.name if found else None
