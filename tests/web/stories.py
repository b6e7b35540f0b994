"""Finds what the bundled stories tell in the store of a visited site."""

from datetime import datetime, timedelta

import httpx

from drift.model.change import Change
from drift.model.verdict import ActorKind
from drift.model.visitor import Invitation, Role
from drift.store.changes import ChangeRow, changes
from drift.store.invitations import keep_invitation
from drift.web.ask import wall_clock
from tests.web.visiting import NAMES, Visited

OPENED_TO_ALL = "opened tcp/22 to 0.0.0.0/0"
"""What alice@example.com did in the console, without a ticket."""

EMERGENCY = "modified the database orders-production"
"""What frank@example.com did with emergency access."""

APPLIED_TWICE = "set the log retention of /example/search-api"
"""One of two changes that dave@example.com made in one session, from a laptop."""


def kept(visited: Visited) -> list[ChangeRow]:
    """Return every change of the store, the newest first."""
    with visited.database.reading() as connection:
        return sorted(
            changes(connection), key=lambda one: (one.change.began_at, one.change.change_id), reverse=True
        )


def that(visited: Visited, summary: str) -> ChangeRow:
    """Return the change whose first write did this."""
    return next(one for one in kept(visited) if one.change.first.event.summary == summary)


def people(visited: Visited) -> frozenset[str]:
    """Return every name under which the stories know people: addresses, principals, sessions."""
    return frozenset(name for row in kept(visited) for name in _names(row.change))


def _names(change: Change) -> set[str]:
    names = set[str]()
    for write in change.writes:
        if write.actor.kind is ActorKind.HUMAN:
            principal = write.event.call.principal
            names |= {write.actor.name, write.actor.principal or "", *write.actor.chain}
            names |= {principal.id, principal.session_name or ""} if principal else set()
    return {one for one in names if one and ":role/" not in one}


AUDITOR = "ada@audit.example"


def an_auditor(visited: Visited, since: datetime, until: datetime) -> httpx.Client:
    """Return the browser of an auditor who may see this period."""
    now = wall_clock()
    one = Invitation(
        id="inv-1",
        name=AUDITOR,
        since=since,
        until=until,
        expires_at=now + timedelta(days=30),
        by=NAMES[Role.ADMIN],
        invited_at=now,
    )
    with visited.database.transaction() as connection:
        keep_invitation(connection, one, 0)
    return visited.visitor(AUDITOR)
