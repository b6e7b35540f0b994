"""Which ticket or reviewed pull request covers a change, and was it approved before, by somebody else?

Methods, strongest first; the best cover wins, and of equal ones the stronger method's:

1. the record of a grant (TEAM) that the change was made with, then the ticket that a grant names (PIM,
   PAM, TEAM), then a key in the session (its source identity, tags or name) that leads to the ticket;
2. the pipeline's run leads to the pull request whose final head somebody else approved;
3. a key in the call itself (a description, a tag) leads to the ticket;
4. a ticket names the resource or its account, and the change lies inside its window; or the change is of a
   kind that was approved once for all;
5. a person links a ticket, declares an emergency or approves, after the change: see `people`.

Time and actor alone never authorise anything: such tickets are only suggested. "Before" means in an
earlier second than the first write: clouds tell the time of a write no more exactly than that.
"""

from collections.abc import Iterator
from dataclasses import replace

from drift.model.change import Change
from drift.model.consulted import Consulted
from drift.model.ticket import Coverage, Ticket, TicketMatch
from drift.model.verdict import Channel, Confidence, Reference, Trust
from drift.stages.correlate.case import Case, CorrelationRules
from drift.stages.correlate.grants import by_grants
from drift.stages.correlate.people import by_people, with_approval
from drift.stages.correlate.runs import by_run
from drift.stages.correlate.standard import by_standard
from drift.stages.correlate.suggest import suggest
from drift.stages.correlate.tickets import BY_ACCOUNT, BY_RESOURCE, by_ticket

SESSION_PLACES = frozenset({"session name", "source identity", "session tag"})
"""Where a key is set before the first call, and cannot be changed by a later one."""

CONCLUSIVE = frozenset({Coverage.APPROVED_BEFORE, Coverage.DECLARED_INCIDENT, Coverage.NOT_ASKED})
"""These hold whatever a system would say that cannot be asked now."""

SAID_BY_PEOPLE = frozenset({Coverage.DECLARED_EMERGENCY})
"""So does this: nobody outside was asked for it."""


def correlate(
    change: Change, consulted: Consulted, rules: CorrelationRules, environment: str | None = None
) -> TicketMatch:
    """Return the best cover that was found for `change`, or why there is none."""
    case = Case.of(change, consulted.deployment, rules, environment)
    best_first = tuple(Coverage)
    best = min(_matches(case, consulted), key=lambda match: best_first.index(match.coverage), default=None)
    is_sure = best is not None and best.coverage in CONCLUSIVE | SAID_BY_PEOPLE
    if consulted.unavailable and not is_sure:
        return _without(Coverage.NOT_EVALUABLE, *consulted.unavailable)
    if best is None:
        nothing = _without(Coverage.NONE, *_nothing_found(change, consulted))
        return replace(nothing, suggestions=suggest(case, consulted.tickets))
    return with_approval(case, best)


def _matches(case: Case, consulted: Consulted) -> Iterator[TicketMatch]:
    change, tickets = case.change, consulted.tickets
    references = dict.fromkeys(one for write in change.writes for one in write.classification.references)
    named = [(one, ticket) for one in references for ticket in tickets if ticket.is_called(one.key)]

    yield from by_grants(case, consulted.grants, tickets)
    for one, ticket in _of_session(named):
        yield by_ticket(case, ticket, one.place, Confidence.HIGH)
    if consulted.deployment:
        yield by_run(case, consulted.deployment)
    elif not consulted.is_code_host_configured and _is_trusted_by_name(change):
        reason = "no code host is configured, so no review of the code can be shown"
        yield _without(Coverage.NOT_ASKED, reason)
    for one, ticket in named:
        if not _is_of_session(one):
            yield by_ticket(case, ticket, one.place, Confidence.MEDIUM)
    for ticket in tickets:
        if change.resource.id in ticket.resources:
            yield by_ticket(case, ticket, BY_RESOURCE, Confidence.MEDIUM)
        elif change.first.event.call.account in ticket.accounts:
            yield by_ticket(case, ticket, BY_ACCOUNT, Confidence.MEDIUM)
    yield from by_standard(case)
    yield from by_people(case, tickets)


def _of_session(named: list[tuple[Reference, Ticket]]) -> list[tuple[Reference, Ticket]]:
    """Return what names a ticket from the session, the least forgeable first."""
    found = [(one, ticket) for one, ticket in named if _is_of_session(one)]
    return sorted(found, key=lambda pair: -pair[0].trust.rank)


def _is_of_session(one: Reference) -> bool:
    return one.place in SESSION_PLACES or one.trust in (Trust.GRANT, Trust.SESSION)


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
