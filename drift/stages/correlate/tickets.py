"""How far does a ticket cover a change?"""

from drift.model.change import Change
from drift.model.ticket import Approval, ApprovalDecision, Coverage, Ticket, TicketKind, TicketMatch
from drift.model.verdict import Confidence
from drift.stages.correlate.approvals import approval_of
from drift.stages.correlate.case import Case

BY_RESOURCE = "the ticket names the resource"
BY_ACCOUNT = "the ticket names the account"


def by_ticket(case: Case, ticket: Ticket, method: str, confidence: Confidence) -> TicketMatch:
    """Return how far a ticket, found by `method`, covers the change."""
    approval, why_not = _approval_of(case, ticket)
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
    key = ticket.key
    if why_not_meant := _why_not_meant(case, ticket):
        return Coverage.NOT_APPROVED, why_not_meant
    if ticket.created_at >= case.began_at:
        return Coverage.AFTERWARDS, f"{key} was created {case.when(ticket.created_at)}"
    if ticket.closed_at is not None and ticket.closed_at <= case.began_at:
        return Coverage.NOT_APPROVED, f"{key} was closed before the first write"
    if method in (BY_RESOURCE, BY_ACCOUNT) and ticket.window_end is None:
        named = "resource" if method == BY_RESOURCE else "account"
        return Coverage.NOT_APPROVED, f"{key} names the {named}, but no window in which it may be changed"
    if not is_inside_window(case.change, ticket):
        return Coverage.NOT_APPROVED, f"the change lies outside the window of {key}"
    if ticket.kind is TicketKind.INCIDENT:
        return Coverage.DECLARED_INCIDENT, f"the incident {key} was open before the first write"
    if approval is None:
        return Coverage.NOT_APPROVED, why_not
    late = next((one for one in ticket.scope_edits if one.at >= case.began_at), None)
    if late and approval.at < late.at:
        said = f"{key} was edited ({late.field}) {case.when(late.at)}"
        return Coverage.AFTERWARDS, f"{said}: it does not show what {approval.by} approved"
    coverage = Coverage.APPROVED_BEFORE if approval.at < case.began_at else Coverage.AFTERWARDS
    return coverage, f"{approval.by} approved {key} {case.when(approval.at)}"


def _approval_of(case: Case, ticket: Ticket) -> tuple[Approval | None, str]:
    """Return the approval of the ticket as it was at the first write; an older one is stale."""
    edits = [one for one in ticket.scope_edits if one.at < case.began_at]
    said = [
        one for one in ticket.approvals if _is_refusal(one) or not any(one.at < edit.at for edit in edits)
    ]
    if edits and not any(map(_is_approval, said)) and any(map(_is_approval, ticket.approvals)):
        return None, f"{ticket.key} was edited ({edits[-1].field}) after it was approved"
    return approval_of(case, ticket.key, said)


def _is_approval(one: Approval) -> bool:
    return one.decision is ApprovalDecision.APPROVED


def _is_refusal(one: Approval) -> bool:
    return one.decision is ApprovalDecision.DECLINED


def _why_not_meant(case: Case, ticket: Ticket) -> str | None:
    """Say why a ticket is for something else; what it does not name it does not limit."""
    key, change, projects = ticket.key, case.change, case.rules.projects
    account = change.first.event.call.account
    if projects and ticket.project is not None and ticket.project not in projects:
        return f"{key} is of the project {ticket.project}, whose tickets do not count"
    if ticket.resources and change.resource.id not in ticket.resources:
        return f"{key} is for other resources than {change.resource.id}"
    if ticket.accounts and account not in ticket.accounts:
        return f"{key} is for other accounts than {account or 'an unknown one'}"
    if ticket.environments and (case.environment or "").lower() not in _lower(ticket.environments):
        where = case.environment or "an account of no environment"
        return f"{key} is for {' and '.join(ticket.environments)}, and this was in {where}"
    return None


def _lower(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def is_inside_window(change: Change, ticket: Ticket) -> bool:
    """Tell whether all of a change lies in the window of a ticket; one without sets no limit."""
    starts_in_time = ticket.window_start is None or change.began_at >= ticket.window_start
    ends_in_time = ticket.window_end is None or change.ended_at <= ticket.window_end
    return starts_in_time and ends_in_time
