"""How far does a ticket cover a change?"""

from drift.model.change import Change
from drift.model.ticket import Approval, Coverage, Ticket, TicketKind, TicketMatch
from drift.model.verdict import Confidence
from drift.stages.correlate.approvals import approval_of
from drift.stages.correlate.case import Case

BY_RESOURCE = "the ticket names the resource"


def by_ticket(case: Case, ticket: Ticket, method: str, confidence: Confidence) -> TicketMatch:
    """Return how far a ticket, found by `method`, covers the change."""
    approval, why_not = approval_of(case, ticket.key, ticket.approvals)
    coverage, judged = _coverage_of(case, ticket, method, approval, why_not)
    return TicketMatch(
        coverage=coverage,
        method=method,
        confidence=confidence,
        reasons=(f"{ticket.key} was found by: {method}", judged),
        ticket=ticket,
        approved_at=approval.at if approval else None,
        approver=approval.by if approval else None,
    )


def _coverage_of(
    case: Case, ticket: Ticket, method: str, approval: Approval | None, why_not: str
) -> tuple[Coverage, str]:
    key, resource_id = ticket.key, case.change.resource.id
    if ticket.resources and resource_id not in ticket.resources:
        return Coverage.NOT_APPROVED, f"{key} is for other resources than {resource_id}"
    if ticket.created_at >= case.began_at:
        return Coverage.AFTERWARDS, f"{key} was created {case.when(ticket.created_at)}"
    if method == BY_RESOURCE and ticket.window_end is None:
        return Coverage.NOT_APPROVED, f"{key} names the resource, but no window in which it may be changed"
    if not _is_inside_window(case.change, ticket):
        return Coverage.NOT_APPROVED, f"the change lies outside the window of {key}"
    if ticket.kind is TicketKind.INCIDENT:
        return Coverage.DECLARED_INCIDENT, f"the incident {key} was open before the first write"
    if approval is None:
        return Coverage.NOT_APPROVED, why_not
    coverage = Coverage.APPROVED_BEFORE if approval.at < case.began_at else Coverage.AFTERWARDS
    return coverage, f"{approval.by} approved {key} {case.when(approval.at)}"


def _is_inside_window(change: Change, ticket: Ticket) -> bool:
    starts_in_time = ticket.window_start is None or change.began_at >= ticket.window_start
    ends_in_time = ticket.window_end is None or change.ended_at <= ticket.window_end
    return starts_in_time and ends_in_time
