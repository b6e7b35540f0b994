"""Who may what: decided anew for each request, by the rules that are in force now."""

from datetime import datetime

from sqlalchemy import Connection

from drift.model.person import People
from drift.model.visitor import AccessRules, Identity, Role, SignedInBy, Span, Visitor
from drift.store.invitations import invitation_of


def visitor_of(
    connection: Connection, identity: Identity, rules: AccessRules, people: People, now: datetime
) -> Visitor:
    """Return somebody with the roles that they have at `now`, who may have none at all.

    Whoever has a role by the configuration is bound by no invitation beside it.
    """
    person = people.person(identity.name)
    names = frozenset({identity.name.lower(), person})
    roles = {rule.role for rule in rules.roles if rule.fits(identity, names)}
    if identity.by is SignedInBy.LINK:
        roles |= rules.of_link
    if roles:
        return Visitor(identity=identity, roles=frozenset(roles))
    # Only the name that was vouched for: an alias in a directory invites nobody else.
    if invited := invitation_of(connection, {identity.name}, now):
        span = Span(since=invited.since, until=invited.until)
        return Visitor(identity=identity, roles=frozenset({Role.AUDITOR}), span=span)
    return Visitor(identity=identity)
