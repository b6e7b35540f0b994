"""Which tickets a person is shown to choose from: those that share most with what is known."""

from collections.abc import Iterable, Sequence

from drift.model.ticket import Ticket
from drift.model.ticket_search import TicketCandidate, TicketSearch


def candidate_of(ticket: Ticket) -> TicketCandidate:
    """Return what is shown of a ticket in a list of choices."""
    return TicketCandidate(
        system=ticket.system,
        key=ticket.key,
        kind=ticket.kind,
        title=ticket.title,
        status=ticket.status,
        url=ticket.url,
        requested_by=ticket.requested_by,
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        is_open=ticket.is_open,
    )


def likeliest(search: TicketSearch, found: Iterable[Ticket]) -> Sequence[TicketCandidate]:
    """Return those that fit, best first.

    A resource weighs more than a person, and a person more than a word; of equals, the one that is
    open comes first, then the one that was touched last. Without any hint, time alone decides.
    """
    scored = [
        (_score(search, one), one) for one in found if search.is_in_time(one.created_at, one.updated_at)
    ]
    has_hints = bool(search.people or search.resources or search.words)
    fitting = [(score, one) for score, one in scored if score or not has_hints]
    fitting.sort(key=lambda pair: (pair[0], pair[1].is_open is not False, pair[1].updated_at), reverse=True)
    return [candidate_of(one) for _, one in fitting[: search.most]]


def _score(search: TicketSearch, ticket: Ticket) -> int:
    body = f"{ticket.key}\n{ticket.title}\n{ticket.text}".lower()
    named = {resource.lower() for resource in ticket.resources}
    people = {(ticket.requested_by or "").lower(), (ticket.assignee or "").lower()}
    return (
        100 * sum(one.lower() in named or one.lower() in body for one in search.resources if one.strip())
        + 10 * sum(one.lower() in people for one in search.people if one.strip())
        + sum(one.lower() in body for one in search.words if one.strip())
    )
