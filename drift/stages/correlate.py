"""Which ticket or reviewed pull request covers a change, and was it approved before, by somebody else?

Methods, strongest first; the first that covers the change wins:

1. a key in the session (its name, source identity or tags) leads to the ticket;
2. the pipeline's run leads to the pull request whose final head somebody else approved;
3. a key in the call itself (a description, a tag) leads to the ticket;
4. a ticket names the resource.

Time and actor alone never authorise anything.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drift.model.change import Change
from drift.model.ticket import (
    Approval,
    ApprovalDecision,
    Consulted,
    Coverage,
    Deployment,
    PullRequest,
    Ticket,
    TicketKind,
    TicketMatch,
)
from drift.model.verdict import Channel, Confidence

SESSION_PLACES = frozenset({"session name", "source identity", "session tag"})
"""Where a key is set before the first call, and cannot be changed by a later one."""

COVERAGE_ORDER = tuple(Coverage)
"""Best first: the order in which `Coverage` lists them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrelationRules:
    """What correlating needs to know of people."""

    aliases: Mapping[str, str] = field(default_factory=dict)
    """Every name of a person, in lower case, with the one it stands for: two names do not make two people."""

    def same_person(self, one: str, other: str) -> bool:
        """Tell whether two names are one person's."""
        return self._person(one) == self._person(other)

    def _person(self, name: str) -> str:
        return self.aliases.get(name.lower(), name.lower())


def correlate(change: Change, consulted: Consulted, rules: CorrelationRules) -> TicketMatch:
    """Return the best cover that was found for `change`, or why there is none."""
    matches = list(_matches(change, consulted, rules))
    if matches:
        best = min(matches, key=lambda match: COVERAGE_ORDER.index(match.coverage))
        if best.coverage is not Coverage.NOT_APPROVED or not consulted.unavailable:
            return best
    if consulted.unavailable:
        return _without(Coverage.NOT_EVALUABLE, *consulted.unavailable)
    if change.last.classification.channel is Channel.PIPELINE and not consulted.is_code_host_configured:
        return _without(
            Coverage.NOT_EVALUABLE, "no code host is configured, so the code's review cannot be shown"
        )
    return _without(Coverage.NONE, *_nothing_found(change))


def _matches(change: Change, consulted: Consulted, rules: CorrelationRules) -> Iterator[TicketMatch]:
    by_key = {ticket.key: ticket for ticket in consulted.tickets}
    references = dict.fromkeys(
        reference for write in change.writes for reference in write.classification.references
    )
    in_session = [one for one in references if one.place in SESSION_PLACES]
    in_call = [one for one in references if one.place not in SESSION_PLACES]

    for reference in in_session:
        if ticket := by_key.get(reference.key):
            yield _by_ticket(change, ticket, reference.place, Confidence.HIGH, rules)
    if consulted.deployment:
        yield _by_deployment(change, consulted.deployment, rules)
    for reference in in_call:
        if ticket := by_key.get(reference.key):
            yield _by_ticket(change, ticket, reference.place, Confidence.MEDIUM, rules)
    for ticket in consulted.tickets:
        if change.resource.id in ticket.resources:
            yield _by_ticket(change, ticket, "the ticket names the resource", Confidence.MEDIUM, rules)


def _by_ticket(
    change: Change, ticket: Ticket, method: str, confidence: Confidence, rules: CorrelationRules
) -> TicketMatch:
    approval, reason = _approval_of(change, ticket, rules)
    coverage, judged = _coverage_of(change, ticket, approval, reason)
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
    change: Change, ticket: Ticket, approval: Approval | None, reason: str
) -> tuple[Coverage, str]:
    began = change.began_at
    if ticket.resources and change.resource.id not in ticket.resources:
        return Coverage.NOT_APPROVED, f"{ticket.key} is for other resources than {change.resource.id}"
    if ticket.created_at > began:
        return (
            Coverage.AFTERWARDS,
            f"{ticket.key} was created {_later(began, ticket.created_at)} after the first write",
        )
    if ticket.kind is TicketKind.INCIDENT:
        return Coverage.DECLARED_INCIDENT, f"the incident {ticket.key} was open before the first write"
    if approval is None:
        return Coverage.NOT_APPROVED, reason
    if approval.at > began:
        return (
            Coverage.AFTERWARDS,
            f"{approval.by} approved {_later(began, approval.at)} after the first write",
        )
    if not _inside_window(change, ticket):
        return Coverage.NOT_APPROVED, f"the change lies outside the window of {ticket.key}"
    return Coverage.APPROVED_BEFORE, f"{approval.by} approved {ticket.key} before the first write"


def _approval_of(change: Change, ticket: Ticket, rules: CorrelationRules) -> tuple[Approval | None, str]:
    """Return the earliest standing approval by somebody other than the actor, or why there is none."""
    latest_by_person = {one.by.lower(): one for one in sorted(ticket.approvals, key=lambda one: one.at)}
    standing = [one for one in latest_by_person.values() if one.decision is ApprovalDecision.APPROVED]
    by_others = [one for one in standing if not rules.same_person(one.by, change.actor.name)]
    if by_others and len(standing) == len(latest_by_person):
        return min(by_others, key=lambda one: one.at), ""
    if by_others:
        return None, f"an approver of {ticket.key} declined it"
    if standing:
        return None, f"{ticket.key} was approved by nobody but {change.actor.name}, who made the change"
    return None, f"nobody approved {ticket.key}"


def _inside_window(change: Change, ticket: Ticket) -> bool:
    starts_in_time = ticket.window_start is None or change.began_at >= ticket.window_start
    ends_in_time = ticket.window_end is None or change.ended_at <= ticket.window_end
    return starts_in_time and ends_in_time


def _by_deployment(change: Change, deployment: Deployment, rules: CorrelationRules) -> TicketMatch:
    run = f"run {deployment.run_id} of {deployment.repository}"
    if deployment.pull_request is None:
        return _deployed(Coverage.NOT_APPROVED, deployment, f"{run} deployed no pull request")
    review, reason = _review_of(deployment.pull_request, rules)
    if review is None:
        return _deployed(Coverage.NOT_APPROVED, deployment, reason)
    by, at = review
    coverage = Coverage.APPROVED_BEFORE if at < change.began_at else Coverage.AFTERWARDS
    when = "before" if coverage is Coverage.APPROVED_BEFORE else "after"
    return _deployed(
        coverage,
        deployment,
        f"{run}: pull request #{deployment.pull_request.number} was approved by {by} {when} the first write",
        approved_at=at,
        approver=by,
    )


def _review_of(pull_request: PullRequest, rules: CorrelationRules) -> tuple[tuple[str, datetime] | None, str]:
    """Return who approved the final head, and when; a review of an earlier head is stale."""
    number = pull_request.number
    approvals = [one for one in pull_request.reviews if one.state == "approved"]
    by_others = [one for one in approvals if not rules.same_person(one.by, pull_request.author)]
    on_head = [one for one in by_others if one.commit == pull_request.head_sha]
    if on_head:
        first = min(on_head, key=lambda one: one.at)
        return (first.by, first.at), ""
    if by_others:
        return None, f"pull request #{number} was pushed to after its last approval"
    if approvals:
        return None, f"pull request #{number} was approved by nobody but its author"
    return None, f"nobody approved pull request #{number}"


def _deployed(
    coverage: Coverage,
    deployment: Deployment,
    reason: str,
    *,
    approved_at: datetime | None = None,
    approver: str | None = None,
) -> TicketMatch:
    return TicketMatch(
        coverage=coverage,
        method="pipeline run",
        confidence=Confidence.HIGH,
        reasons=(reason,),
        deployment=deployment,
        approved_at=approved_at,
        approver=approver,
    )


def _without(coverage: Coverage, *reasons: str) -> TicketMatch:
    return TicketMatch(coverage=coverage, method=None, confidence=Confidence.HIGH, reasons=reasons)


def _nothing_found(change: Change) -> tuple[str, ...]:
    claimed = {one.key: one.place for write in change.writes for one in write.classification.references}
    if claimed:
        return tuple(
            f"{key} stands in the {place}, but no such ticket was found" for key, place in claimed.items()
        )
    if run_id := change.last.classification.run_id:
        return (f"no pipeline run {run_id} was found at the code host",)
    return ("no ticket is named in the session or the call, and none names the resource",)


def _later(began: datetime, at: datetime) -> str:
    minutes = round((at - began).total_seconds() / 60)
    if minutes < 1:
        return f"{round((at - began).total_seconds())} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
