"""Which tickets may be meant, by their time and people? They are shown, and count for nothing."""

from collections.abc import Sequence
from datetime import timedelta

from drift.model.ticket import Ticket
from drift.stages.correlate.case import Case

NEAR = timedelta(hours=24)
MOST = 5


def suggest(case: Case, tickets: Sequence[Ticket]) -> tuple[str, ...]:
    """Return the keys of tickets of who made the change that were worked on about then, the nearest first."""
    near = [one for one in tickets if _is_theirs(case, one) and _distance(case, one) <= NEAR]
    near.sort(key=lambda one: (_distance(case, one), one.key))
    return tuple(one.key for one in near[:MOST])


def _is_theirs(case: Case, ticket: Ticket) -> bool:
    names = (ticket.requested_by, ticket.assignee)
    return any(name is not None and case.rules.person(name) in case.makers for name in names)


def _distance(case: Case, ticket: Ticket) -> timedelta:
    if ticket.created_at <= case.began_at <= ticket.updated_at:
        return timedelta()
    return min(abs(case.began_at - ticket.created_at), abs(case.began_at - ticket.updated_at))
