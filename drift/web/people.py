"""Who is named in the records of a change, under whatever name: what a viewer must not read."""

from collections.abc import Iterable, Iterator

from drift.model.action import (
    Action,
    CorrectedActor,
    Deed,
    LinkedTicket,
    Reviewed,
    Waived,
)
from drift.model.change import Change, Write
from drift.model.ticket import Deployment, PullRequest, Ticket
from drift.model.verdict import Actor, ActorKind
from drift.reports.browse.change_detail import ChangeDetail
from drift.reports.browse.change_list import ListedChange
from drift.reports.browse.finding_list import ListedFinding

NO_PERSON = (ActorKind.MACHINE, ActorKind.SERVICE)


def people_in(detail: ChangeDetail) -> Iterator[str | None]:
    """Yield every name of a person that the page of a change could show."""
    yield from people_behind(detail.change)
    yield from people_who_acted(detail.change.actions)
    for line in detail.configuration:
        yield from people_about(line.finding)
    if detail.judgement is None:
        return
    match = detail.judgement.match
    yield match.approver
    yield detail.judgement.corrected_actor
    if match.ticket:
        yield from people_of_ticket(match.ticket)
    if match.deployment:
        yield from people_of_run(match.deployment)


def machines_in(change: Change) -> Iterator[str]:
    """Yield the names of machines and services: some look like addresses of people."""
    return (write.actor.name for write in change.writes if write.actor.kind in NO_PERSON)


def people_behind(change: Change) -> Iterator[str | None]:
    """Yield every name of the people who made a change, as the cloud has them, too."""
    for write in change.writes:
        yield from people_of_write(write)


def people_listed(changes: Iterable[ListedChange]) -> Iterator[str]:
    """Yield the people among those who made changes, as lists show them."""
    return (one.actor for one in changes if one.actor_kind not in NO_PERSON)


def machines_listed(changes: Iterable[ListedChange]) -> Iterator[str]:
    """Yield the machines and services among those who made changes."""
    return (one.actor for one in changes if one.actor_kind in NO_PERSON)


def people_who_acted(actions: Iterable[Action]) -> Iterator[str | None]:
    """Yield who said something about a change or finding, and whom they named."""
    for action in actions:
        yield action.by.name
        yield action.by.account
        yield from _people_named(action.deed)


def people_about(finding: ListedFinding) -> Iterator[str | None]:
    """Yield who answers for a finding."""
    yield finding.register_owner
    if finding.waiver:
        yield from people_who_acted([finding.waiver])


def people_of_ticket(ticket: Ticket) -> Iterator[str | None]:
    """Yield who asked for it, works on it, approved or edited it."""
    yield ticket.requested_by
    yield ticket.assignee
    for approval in ticket.approvals:
        yield approval.by
        yield approval.name
    yield from (edit.by for edit in ticket.history)


def people_of_run(run: Deployment) -> Iterator[str | None]:
    """Yield who started a run, let it go on, or wrote or reviewed what it deployed."""
    yield run.actor
    yield run.dispatched_by
    yield from run.rerun_by
    yield from (approval.by for approval in run.approvals)
    if run.pull_request:
        yield from _people_of_pull_request(run.pull_request)


def _people_of_pull_request(one: PullRequest) -> Iterator[str | None]:
    yield one.author
    yield one.merged_by
    yield one.head_committer
    yield from one.committers
    yield from (review.by for review in one.reviews)


def people_of_write(write: Write) -> Iterator[str | None]:
    """Yield every name of whoever made a write, if that was a person."""
    actor, principal = write.actor, write.event.call.principal
    if actor.kind in NO_PERSON:
        return
    yield from _names_of(actor)
    if principal:
        yield principal.id
        yield principal.session_name
        if principal.kind not in NO_PERSON:
            yield principal.name


def _names_of(actor: Actor) -> Iterator[str | None]:
    yield actor.name
    for one in (actor.principal, *actor.chain):
        yield one
        if one and ":assumed-role/" in one:
            yield one.rpartition("/")[2]


def _people_named(deed: Deed) -> Iterator[str | None]:
    match deed:
        case LinkedTicket():
            yield from people_of_ticket(deed.ticket)
        case Waived() | Reviewed():
            yield deed.owner
        case CorrectedActor():
            yield deed.actor
        case _:
            pass
