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


def likeliest(
    search: TicketSearch, found: Iterable[tuple[TicketCandidate, str, Sequence[str]]]
) -> Sequence[TicketCandidate]:
    """Return those that fit, best first. Each comes with the text that may hold hints, and what it names.

    A resource weighs more than a person, and a person more than a word; of equals, the one that is
    open comes first, then the one that was touched last. Without any hint, time alone decides.
    """
    scored = [
        (_score(search, candidate, text, names), candidate)
        for candidate, text, names in found
        if search.is_in_time(candidate.created_at, candidate.updated_at)
    ]
    has_hints = bool(search.people or search.resources or search.words)
    fitting = [(score, one) for score, one in scored if score or not has_hints]
    fitting.sort(key=lambda pair: (pair[0], pair[1].is_open, pair[1].updated_at), reverse=True)
    return [one for _, one in fitting[: search.most]]


def _score(search: TicketSearch, candidate: TicketCandidate, text: str, names: Sequence[str]) -> int:
    body = f"{candidate.key}\n{candidate.title}\n{text}".lower()
    named = {name.lower() for name in (*names, candidate.requested_by or "")}

    def count(hints: Iterable[str], *, in_text: bool) -> int:
        return sum(hint.lower() in named or (in_text and hint.lower() in body) for hint in hints if hint)

    return (
        100 * count(search.resources, in_text=True)
        + 10 * count(search.people, in_text=False)
        + count(search.words, in_text=True)
    )
