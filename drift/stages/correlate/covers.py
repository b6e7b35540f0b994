"""Which ticket or reviewed pull request covers a change, and was it approved before, by somebody else?

Methods, strongest first; the best cover wins, and of equal ones the stronger method's:

1. a key in the session (its name, source identity or tags) leads to the ticket;
2. the pipeline's run leads to the pull request whose final head somebody else approved;
3. a key in the call itself (a description, a tag) leads to the ticket;
4. a ticket names the resource, and the change lies inside its window.

Time and actor alone never authorise anything. "Before" means in an earlier second than the
first write: clouds tell the time of a write no more exactly than that.
"""

from collections.abc import Iterator

from drift.model.change import Change
from drift.model.ticket import Consulted, Coverage, TicketMatch
from drift.model.verdict import Channel, Confidence
from drift.stages.correlate.case import Case, CorrelationRules
from drift.stages.correlate.runs import by_run
from drift.stages.correlate.tickets import BY_RESOURCE, by_ticket

SESSION_PLACES = frozenset({"session name", "source identity", "session tag"})
"""Where a key is set before the first call, and cannot be changed by a later one."""

CONCLUSIVE = frozenset({Coverage.APPROVED_BEFORE, Coverage.DECLARED_INCIDENT, Coverage.NOT_ASKED})
"""These hold whatever a system would say that cannot be asked now."""


def correlate(change: Change, consulted: Consulted, rules: CorrelationRules) -> TicketMatch:
    """Return the best cover that was found for `change`, or why there is none."""
    case = Case.of(change, consulted.deployment, rules)
    best_first = tuple(Coverage)
    best = min(_matches(case, consulted), key=lambda match: best_first.index(match.coverage), default=None)
    if consulted.unavailable and (best is None or best.coverage not in CONCLUSIVE):
        return _without(Coverage.NOT_EVALUABLE, *consulted.unavailable)
    return best or _without(Coverage.NONE, *_nothing_found(change, consulted))


def _matches(case: Case, consulted: Consulted) -> Iterator[TicketMatch]:
    change, tickets = case.change, consulted.tickets
    references = dict.fromkeys(one for write in change.writes for one in write.classification.references)
    named = [(one.place, ticket) for one in references for ticket in tickets if ticket.is_called(one.key)]

    for place, ticket in named:
        if place in SESSION_PLACES:
            yield by_ticket(case, ticket, place, Confidence.HIGH)
    if consulted.deployment:
        yield by_run(case, consulted.deployment)
    elif not consulted.is_code_host_configured and _is_trusted_by_name(change):
        reason = "no code host is configured, so no review of the code can be shown"
        yield _without(Coverage.NOT_ASKED, reason)
    for place, ticket in named:
        if place not in SESSION_PLACES:
            yield by_ticket(case, ticket, place, Confidence.MEDIUM)
    for ticket in tickets:
        if change.resource.id in ticket.resources:
            yield by_ticket(case, ticket, BY_RESOURCE, Confidence.MEDIUM)


def _is_trusted_by_name(change: Change) -> bool:
    """Tell whether nothing but pipelines of the configuration made the change."""
    found = [write.classification for write in change.writes]
    is_configured = all(one.pipeline for one in found if one.channel is Channel.PIPELINE)
    return change.channel is Channel.PIPELINE and is_configured


def _without(coverage: Coverage, *reasons: str) -> TicketMatch:
    return TicketMatch(coverage=coverage, method=None, confidence=Confidence.HIGH, reasons=reasons)


def _nothing_found(change: Change, consulted: Consulted) -> Iterator[str]:
    claimed = {one.key: one.place for write in change.writes for one in write.classification.references}
    for key, place in claimed.items():
        what = "its ticket was deleted" if key in consulted.deleted else "no such ticket was found"
        yield f"{key} stands in the {place}, but {what}"
    if change.channel is Channel.PIPELINE:
        yield _why_no_run(change, consulted)
    elif not claimed:
        yield "no ticket is named in the session or the call, and none names the resource"


def _why_no_run(change: Change, consulted: Consulted) -> str:
    if not consulted.is_code_host_configured:
        return "no code host is configured, nor this pipeline, so nothing vouches for the code"
    if run_id := change.run_id:
        return f"no pipeline run {run_id} was found at the code host"
    return "the pipeline's session does not tell its run"
