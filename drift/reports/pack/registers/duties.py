"""Who did what about one change: people under one name each, however many they have."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from drift.model.action import Approved, Waived
from drift.model.evidence import DispositionRecord
from drift.model.ticket import ApprovalDecision, Deployment
from drift.model.verdict import ActorKind, Channel
from drift.reports.pack.registers.emergency_answers import is_emergency
from drift.reports.pack.registers.facts import Facts

BY_HAND = (Channel.CONSOLE, Channel.MANUAL)


class Duty(StrEnum):
    """What somebody does about a change, or about the rules."""

    AUTHOR = "author"
    """Wrote or committed the code."""
    REVIEWER = "reviewer"
    """Approved the pull request."""
    DEPLOYER = "deployer"
    """Started the run by hand, or had it run once more."""
    CONSOLE_WRITER = "console_writer"
    """Wrote to the cloud by hand: in its console, or from a machine of their own."""
    TICKET_APPROVER = "ticket_approver"
    APPROVER = "approver"
    """Approved otherwise: an environment of the run, or the change after it was made."""
    EMERGENCY_APPROVER = "emergency_approver"
    WAIVER_GIVER = "waiver_giver"
    RULE_EDITOR = "rule_editor"
    """Changed how changes are judged: which scopes alert, or what counts as covered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """Two duties that one person should not have about the same change."""

    does: Duty
    allows: Duty
    why: str


CONFLICTS = (
    Conflict(does=Duty.AUTHOR, allows=Duty.REVIEWER, why="reviewed their own code"),
    Conflict(does=Duty.AUTHOR, allows=Duty.APPROVER, why="approved their own code"),
    Conflict(does=Duty.AUTHOR, allows=Duty.TICKET_APPROVER, why="approved the ticket of their own code"),
    Conflict(does=Duty.DEPLOYER, allows=Duty.APPROVER, why="approved a run that they started"),
    Conflict(does=Duty.DEPLOYER, allows=Duty.TICKET_APPROVER, why="approved the ticket of their run"),
    Conflict(does=Duty.CONSOLE_WRITER, allows=Duty.TICKET_APPROVER, why="approved the ticket of their write"),
    Conflict(does=Duty.CONSOLE_WRITER, allows=Duty.APPROVER, why="approved their own write"),
    Conflict(does=Duty.CONSOLE_WRITER, allows=Duty.EMERGENCY_APPROVER, why="approved their own emergency"),
    Conflict(does=Duty.CONSOLE_WRITER, allows=Duty.WAIVER_GIVER, why="waived their own write"),
)
"""Whoever makes a change does not allow it."""

Named = Mapping[str, Mapping[Duty, frozenset[str]]]
"""Of each person, the duties, each with the names that they had it under."""


def duties_of(change: DispositionRecord, deployment: Deployment | None, facts: Facts) -> Named:
    """Return who did what about a change."""
    people = facts.view.request.people
    found = defaultdict[str, dict[Duty, frozenset[str]]](dict)
    done = [*_written(change), *_allowed(change, facts)]
    if deployment:
        done += _deployed(deployment)
    elif change.approver and not change.ticket:
        done.append((Duty.APPROVER, change.approver))  # of a run that is not told yet
    for duty, name in done:
        mine = found[people.person(name)]
        mine[duty] = mine.get(duty, frozenset()) | {name}
    return found


def _written(change: DispositionRecord) -> Iterator[tuple[Duty, str]]:
    if change.channel in BY_HAND and change.actor_kind is ActorKind.HUMAN:
        yield Duty.CONSOLE_WRITER, change.actor
    if change.channel in BY_HAND and change.corrected_actor:
        yield Duty.CONSOLE_WRITER, change.corrected_actor


def _allowed(change: DispositionRecord, facts: Facts) -> Iterator[tuple[Duty, str]]:
    if change.approver and change.ticket:
        yield Duty.TICKET_APPROVER, change.approver
    for action in facts.actions.get(change.change_id, ()):
        match action.deed:
            case Approved() if is_emergency(change, facts):
                yield Duty.EMERGENCY_APPROVER, action.by.name
            case Approved():
                yield Duty.APPROVER, action.by.name
            case Waived():
                yield Duty.WAIVER_GIVER, action.by.name
            case _:
                pass


def _deployed(one: Deployment) -> Iterator[tuple[Duty, str]]:
    if code := one.pull_request:
        authors = (code.author, *code.committers, *filter(None, [code.head_committer]))
        yield from ((Duty.AUTHOR, name) for name in authors)
        counting = (review for review in code.reviews if review.state == "approved" and not review.no_say)
        yield from ((Duty.REVIEWER, review.by) for review in counting)
    yield from ((Duty.DEPLOYER, name) for name in (*filter(None, [one.dispatched_by]), *one.rerun_by))
    for said in one.approvals:
        if said.is_known and said.decision is ApprovalDecision.APPROVED:
            yield Duty.APPROVER, said.by
