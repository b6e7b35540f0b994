"""The names in an identity: of the user, the role and the session."""

from msgspec import Struct

from providers.aws.record import UserIdentity
from providers.aws.signals import Signals

ROLE_SESSION = "AssumedRole"
ROLE_IDENTITIES = (":assumed-role/", ":federated-user/")


class Names(Struct, frozen=True, kw_only=True):
    """What an identity is called."""

    id: str | None
    """As recorded: the ARN, or the best that stands in its place."""
    user: str | None
    role: str | None
    role_arn: str | None
    session: str | None
    """Chosen by whoever opened the session."""
    person: str | None
    """The session's name, or better its source identity, without the ticket that people append.

    `None` where an SDK made the name up.
    """


def names_of(caller: UserIdentity, signals: Signals) -> Names:
    """Return the names in an identity."""
    arn = caller.arn or ""
    issuer = caller.session.session_issuer
    issuer_arn = (issuer.arn if issuer else None) or ""
    role, session = _role_and_session(arn, caller.principal_id if caller.type == ROLE_SESSION else None)
    behalf = caller.on_behalf_of.user_id if caller.on_behalf_of else None
    chosen = caller.session.source_identity or session
    return Names(
        id=caller.arn or caller.principal_id or behalf or caller.user_name or caller.account_id or None,
        user=caller.user_name or (arn.rpartition("/")[2] if ":user/" in arn else None),
        role=(issuer.user_name if issuer else None) or role,
        role_arn=issuer_arn if ":role/" in issuer_arn else None,
        session=session,
        person=person_in(chosen, signals),
    )


def person_in(name: str | None, signals: Signals) -> str | None:
    """Return the person that a session is named after, without a ticket key behind it."""
    if not name or signals.generated_session.match(name):
        return None
    return signals.ticket_suffix.without(name) or name


def _role_and_session(arn: str, principal_id: str | None) -> tuple[str | None, str | None]:
    """Split `...:assumed-role/Role/session`; without it, `AROA...:session` still tells the session."""
    for kind in ROLE_IDENTITIES:
        _, found, rest = arn.partition(kind)
        if found:
            role, _, session = rest.rpartition("/")
            return role or None, session or None
    return None, (principal_id or "").partition(":")[2] or None
