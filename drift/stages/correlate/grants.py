"""Which approved temporary access was a change made with, and what is that worth?

A grant counts for the person, the account and the role that it was given for, and for no longer than
that: keys that somebody took before its end work on for hours.
"""

from collections.abc import Iterator, Sequence

from drift.model.change import Write
from drift.model.grant import Grant
from drift.model.ticket import Ticket, TicketMatch
from drift.model.verdict import Confidence
from drift.stages.correlate.case import Case
from drift.stages.correlate.tickets import by_ticket, is_inside_window

BY_GRANT = "the record of a grant"
BY_GRANTS_TICKET = "the ticket that a grant names"


def by_grants(case: Case, grants: Sequence[Grant], tickets: Sequence[Ticket]) -> Iterator[TicketMatch]:
    """Yield what each grant is worth that the whole change was made with, then the ticket that it names."""
    for grant in grants:
        if not all(_is_made_with(case, write, grant) for write in case.change.writes):
            continue
        yield by_ticket(case, grant.request, BY_GRANT, Confidence.HIGH)
        if grant.ticket_key and is_inside_window(case.change, grant.request):
            named = (one for one in tickets if one.is_called(grant.ticket_key))
            yield from (by_ticket(case, one, BY_GRANTS_TICKET, Confidence.HIGH) for one in named)


def _is_made_with(case: Case, write: Write, grant: Grant) -> bool:
    call = write.event.call
    role = (call.principal.role if call.principal else None) or ""
    is_given_to = case.rules.person(write.actor.name) in map(case.rules.person, grant.grantees)
    return is_given_to and call.account == grant.account and bool(grant.role.fullmatch(_own_name(role)))


def _own_name(role: str) -> str:
    return role.rpartition("/")[2]
