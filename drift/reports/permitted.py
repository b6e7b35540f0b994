"""What tickets, pull requests and runs tell, as lines of a time line."""

from collections.abc import Iterator

from drift.model.ticket import ApprovalDecision, Coverage, Deployment, PullRequest, Ticket
from drift.reports.moment import Moment

_APPROVED = "approved"
"""What a review says that lets a pull request pass."""

_TOLD_OF_TICKETS = frozenset(
    {"title", "text", "resources", "accounts", "environments", "window_start", "window_end", "project"}
)
"""Fields whose edits change what was asked for; who works on a ticket changes nothing of that."""

COVERED = {
    Coverage.APPROVED_BEFORE: "approved before the first write",
    Coverage.DECLARED_INCIDENT: "a declared incident",
    Coverage.DECLARED_EMERGENCY: "an emergency that somebody declared after it",
    Coverage.AFTERWARDS: "only afterwards",
    Coverage.NOT_APPROVED: "nothing that somebody else approved",
    Coverage.NONE: "nothing",
    Coverage.NOT_ASKED: "the pipeline alone: no code host is configured that could be asked",
    Coverage.NOT_EVALUABLE: "not known: it could not be asked",
}
"""What covers a change, after it is covered by."""


def ticket_made(ticket: Ticket) -> Moment:
    """Return when a ticket was created, and by whom."""
    by = f" by {ticket.requested_by}" if ticket.requested_by else ""
    return Moment(at=ticket.created_at, what=f"{ticket.key} was created{by}", detail=ticket.title)


def approvals(ticket: Ticket) -> Iterator[Moment]:
    """Yield what people decided about a ticket."""
    for approval in ticket.approvals:
        if approval.decision is ApprovalDecision.WITHDRAWN:
            yield Moment(at=approval.at, what=f"what {approval.by} said of {ticket.key} was withdrawn")
        else:
            yield Moment(at=approval.at, what=f"{approval.by} {approval.decision} {ticket.key}")


def ticket_edits(ticket: Ticket) -> Iterator[Moment]:
    """Yield what was edited of what a ticket asks for, and when it was closed."""
    for edit in ticket.history:
        if edit.field in _TOLD_OF_TICKETS:
            who = edit.by or "somebody"
            yield Moment(at=edit.at, what=f"{who} edited {ticket.key}: {edit.field.replace('_', ' ')}")
    if ticket.closed_at:
        yield Moment(at=ticket.closed_at, what=f"{ticket.key} was closed")


def run(deployment: Deployment, seq: int | None = None) -> Iterator[Moment]:
    """Yield when a run began and ended."""
    name = f"run {deployment.run_id} of {deployment.repository}"
    yield Moment(
        at=deployment.started_at,
        what=f"{name} was started by {deployment.actor}",
        detail=deployment.run_url,
        ledger_seq=seq,
    )
    if deployment.finished_at:
        what = f"{name} ended: {deployment.conclusion or 'unknown'}"
        yield Moment(at=deployment.finished_at, what=what, ledger_seq=seq)


def environments(deployment: Deployment, seq: int | None = None) -> Iterator[Moment]:
    """Yield what was said before a run went on to its environments, as far as the time is known."""
    for one in deployment.approvals:
        if one.at is not None:
            what = f"{one.by} {one.decision} run {deployment.run_id} for {one.environment}"
            yield Moment(at=one.at, what=what, ledger_seq=seq)


def checks(pull_request: PullRequest, seq: int | None = None) -> Iterator[Moment]:
    """Yield how the checks of the final head ended."""
    for check in pull_request.checks:
        what = f"the check {check.name} ended: {check.conclusion}"
        detail = f"of pull request #{pull_request.number}, {pull_request.head_sha}"
        yield Moment(at=check.completed_at, what=what, detail=detail, ledger_seq=seq)


def reviews(pull_request: PullRequest, seq: int | None = None) -> Iterator[tuple[Moment, bool]]:
    """Yield what happened to a pull request, and of each whether it is an approval."""
    name = f"pull request #{pull_request.number}"
    if pull_request.created_at:
        what = f"{name} was made by {pull_request.author}"
        yield Moment(at=pull_request.created_at, what=what, detail=pull_request.title, ledger_seq=seq), False
    for review in pull_request.reviews:
        stale = "" if review.commit == pull_request.head_sha else ", of an earlier state of the code"
        what = f"{review.by} reviewed {name}: {review.state}{stale}"
        yield Moment(at=review.at, what=what, ledger_seq=seq), review.state == _APPROVED
    if pull_request.merged_at:
        by = f" by {pull_request.merged_by}" if pull_request.merged_by else ""
        what = f"{name} was merged{by}"
        yield Moment(at=pull_request.merged_at, what=what, detail=pull_request.title, ledger_seq=seq), False
