"""The identity that AWS saw, with the names that people know it by."""

from drift.model.event import Principal
from drift.model.verdict import ActorKind
from providers.aws.callers import Evidence, who_calls
from providers.aws.issuers import issued_by
from providers.aws.names import ROLE_SESSION, Names, names_of
from providers.aws.origin import SIGN_IN, Origin
from providers.aws.record import UserIdentity, truth
from providers.aws.request import get
from providers.aws.signals import Signals
from providers.aws.user_agent import read_user_agent

_KINDS = {
    ":assumed-role/": ROLE_SESSION,
    ":user/": "IAMUser",
    ":federated-user/": "FederatedUser",
    ":root": "Root",
}
"""Types of identities by what stands in their ARNs."""


def principal_of(origin: Origin, names: Names, service: str | None, signals: Signals) -> Principal | None:
    """Return the identity that AWS saw, or `None` where the record names none."""
    identity = names.id or origin.identity.invoked_by
    if identity is None:
        return None
    issued = issued_by(origin.identity, signals)
    evidence = Evidence(origin=origin, service=service, names=names, issued=issued, signals=signals)
    who = who_calls(evidence)
    return Principal(
        id=identity,
        name=_name(who.kind, evidence) or identity,
        kind=who.kind,
        confidence=who.confidence,
        reason=who.reason,
        role=names.role_arn or names.role,
        session_name=names.session,
        issuer=issued.issuer if issued else None,
        mfa=_mfa(evidence),
    )


def principal_named(arn: str, signals: Signals) -> Principal | None:
    """Return the identity behind an ARN alone, which somebody had who was signed in to the console."""
    kind = next((kind for part, kind in _KINDS.items() if part in arn), None)
    identity = UserIdentity(type=kind, arn=arn)
    origin = Origin(
        identity=identity,
        agent=read_user_agent(None),
        address="",
        event_type=None,
        source=None,
        is_flagged=True,
        is_direct=False,
        sign_in=None,
    )
    return principal_of(origin, names_of(identity, signals), None, signals)


def _name(kind: ActorKind, evidence: Evidence) -> str | None:
    caller, names = evidence.origin.identity, evidence.names
    match kind:
        case ActorKind.HUMAN if caller.type == "Root":
            return "root"
        case ActorKind.HUMAN if caller.type == "IAMUser":
            return names.user
        case ActorKind.HUMAN:
            behalf = caller.on_behalf_of.user_id if caller.on_behalf_of else None
            return names.person or names.user or behalf or names.role
        case ActorKind.SERVICE:
            return evidence.service or caller.invoked_by or names.role
        case _:
            return names.role or names.user


def _mfa(evidence: Evidence) -> bool | None:
    """Return whether a second factor was used.

    Only of users and root is a no the truth. The sessions of roles say it as well when their
    identity provider, or whoever assumed the role, asked for a second factor.
    """
    origin = evidence.origin
    if origin.event_type == SIGN_IN:
        used = get(origin.sign_in, "MFAUsed")
        said = {"Yes": True, "No": False}.get(used) if isinstance(used, str) else None
    else:
        attributes = origin.session.attributes
        said = truth(attributes.mfa_authenticated) if attributes else None
    is_asked_by_aws = origin.identity.type in ("IAMUser", "Root")
    return said if said or is_asked_by_aws else None
