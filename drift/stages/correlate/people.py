"""What people said about a change after it was made: links, approvals, emergencies. None authorises it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from drift.model.action import Action, Approved, DeclaredEmergency, LinkedTicket, of_kind
from drift.model.ticket import Coverage, Ticket, TicketMatch
from drift.model.verdict import Confidence
from drift.stages.correlate.case import Case
from drift.stages.correlate.tickets import by_ticket

BY_LINK, BY_APPROVAL, BY_DECLARATION = "a person's link", "a person's approval", "a person's declaration"

TOO_LATE = frozenset({Coverage.APPROVED_BEFORE})
"""What a ticket would have been worth, had it been named before."""


def by_people(case: Case, tickets: Sequence[Ticket]) -> Iterator[TicketMatch]:
    """Yield what people's links, declarations and approvals are worth."""
    actions = case.change.actions
    for action, deed in of_kind(actions, LinkedTicket):
        yield _by_link(case, action, deed, tickets)
    if declared := next(of_kind(actions, DeclaredEmergency), None):
        yield _declared(case, *declared)
    if approval := first_approval(case):
        yield TicketMatch(
            coverage=Coverage.AFTERWARDS,
            method=BY_APPROVAL,
            confidence=Confidence.MEDIUM,
            reasons=(f"{approval.by.name} approved the change {case.when(approval.at)}",),
            approved_at=approval.at,
            approver=approval.by.name,
        )


def first_approval(case: Case) -> Action | None:
    """Return the first approval of the change itself by somebody who did not make it.

    A correction may have made a maker of an approver since.
    """
    given = (one for one, _ in of_kind(case.change.actions, Approved))
    return next((one for one in given if case.rules.person(one.by.name) not in case.makers), None)


def with_approval(case: Case, match: TicketMatch) -> TicketMatch:
    """Return a match with who approved the change itself, where nothing else was approved.

    Neither an incident nor a ticket that came late needs an approver to be found; the record shall tell one.
    """
    approval = first_approval(case)
    if match.approver is not None or approval is None:
        return match
    reason = f"{approval.by.name} approved the change {case.when(approval.at)}"
    reasons = match.reasons if reason in match.reasons else (*match.reasons, reason)
    return replace(match, approver=approval.by.name, approved_at=approval.at, reasons=reasons)


def _by_link(case: Case, action: Action, deed: LinkedTicket, tickets: Sequence[Ticket]) -> TicketMatch:
    """Judge the ticket as it is now, else as it was when it was linked; the link itself came afterwards."""
    linked = deed.ticket
    name = (linked.system, linked.key)
    now = next((one for one in tickets if (one.system, one.key) == name), linked)
    found = by_ticket(case, now, f"{BY_LINK} ({action.by.name})", Confidence.MEDIUM)
    said = [f"{action.by.name} linked {linked.key} {case.when(action.at)}"]
    if now.sha256 and now.sha256 != deed.sha256:
        said.append(f"{linked.key} was edited since it was linked")
    coverage = Coverage.AFTERWARDS if found.coverage in TOO_LATE else found.coverage
    return replace(found, method=BY_LINK, coverage=coverage, reasons=(*found.reasons, *said))


def _declared(case: Case, action: Action, deed: DeclaredEmergency) -> TicketMatch:
    incident = f" ({deed.incident})" if deed.incident else ""
    said = f"{action.by.name} declared an emergency{incident} {case.when(action.at)}: {deed.justification}"
    approval = first_approval(case)
    approved = (
        f"{approval.by.name} approved it {case.when(approval.at)}" if approval else "nobody approved it yet"
    )
    return TicketMatch(
        coverage=Coverage.DECLARED_EMERGENCY,
        method=BY_DECLARATION,
        confidence=Confidence.MEDIUM,
        reasons=(said, approved),
        approver=approval.by.name if approval else None,
        approved_at=approval.at if approval else None,
    )
