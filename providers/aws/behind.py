"""Who stood behind the identity of a call, as the record itself says."""

from drift.model.event import Principal
from drift.model.verdict import ActorKind, Confidence
from providers.aws.record import UserIdentity


def behind_of(caller: UserIdentity) -> tuple[Principal, ...]:
    """Return whom a service acted for, and whose product used access delegated to it, nearest first."""
    found = (_user_of_identity_center(caller), _delegate(caller))
    return tuple(one for one in found if one)


def _user_of_identity_center(caller: UserIdentity) -> Principal | None:
    """The caller may be that user himself: then nobody stood behind him."""
    user = caller.on_behalf_of.user_id if caller.on_behalf_of else None
    if not user or caller.type == "IdentityCenterUser":
        return None
    return Principal(
        id=user,
        name=user,
        kind=ActorKind.HUMAN,
        confidence=Confidence.HIGH,
        reason="a user of IAM Identity Center, for whom the call was made",
    )


def _delegate(caller: UserIdentity) -> Principal | None:
    account = caller.invoked_by_delegate.account_id if caller.invoked_by_delegate else None
    if not account:
        return None
    return Principal(
        id=account,
        name=f"a product of account {account}",
        kind=ActorKind.MACHINE,
        confidence=Confidence.MEDIUM,
        reason=f"a product of account {account} used access that was delegated to it for a time",
    )
