"""Takes from what was vouched for who somebody is."""

from collections.abc import Mapping
from typing import Any, Final

from drift.errors import RefusedError
from drift.model.visitor import LONGEST_NAME, Identity, SignedInBy

_MOST_GROUPS: Final = 1_000


def identity_of(claims: Mapping[str, Any], *, name_claim: str, groups_claim: str, by: SignedInBy) -> Identity:
    """Return who somebody is by what is said of them.

    Raises:
        RefusedError: It does not say their name, or their address is not known to be theirs.
    """
    name = claims.get(name_claim)
    if not isinstance(name, str) or not _is_name(name.strip()):
        raise RefusedError(
            f"What vouches for you does not say your name: {name_claim} is missing.",
            hint="Whoever runs Driftledger has it sent, or names another with name_claim.",
        )
    name = name.strip()
    is_address = name_claim == "email" or name == claims.get("email")
    if is_address and "email_verified" in claims and claims["email_verified"] not in (True, "true"):
        raise RefusedError(
            "Nobody has verified that your address is yours.", hint="Confirm it where you sign in."
        )
    subject = claims.get("sub")
    return Identity(
        name=name,
        by=by,
        groups=_groups(claims.get(groups_claim)),
        subject=subject if isinstance(subject, str) and len(subject) <= LONGEST_NAME else None,
    )


def _is_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST_NAME and text.isprintable()


def _groups(told: object) -> tuple[str, ...]:
    found = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    return tuple(one for one in found if isinstance(one, str))[:_MOST_GROUPS]
