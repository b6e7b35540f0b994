"""What an emergency still asks for: an approval, a review, and the code made right or the change reverted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drift.model.action import Approved, DeclaredEmergency, FollowUp, Reviewed, of_kind
from drift.model.approval import ActionRules
from drift.model.change import Change
from drift.model.finding import Standing
from drift.model.person import People
from drift.model.ticket import Coverage, TicketKind, TicketMatch


class Step(StrEnum):
    """What somebody has to do about an emergency."""

    JUSTIFY = "justify"
    APPROVE = "approve"
    REVIEW = "review"
    FOLLOW_UP = "follow_up"

    @property
    def asks(self) -> str:
        """What it asks for, in words."""
        return _ASKS[self]


_ASKS = {
    Step.JUSTIFY: "a written justification",
    Step.APPROVE: "the approval of an authorised approver who did not make it",
    Step.REVIEW: "the review after the incident",
    Step.FOLLOW_UP: "the code made right, or the change reverted",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """One step, by when it is due, and since when."""

    step: Step
    since: datetime
    at: datetime
    done_at: datetime | None = None
    by: str | None = None
    """Who did it; who has to, where that is known."""

    @property
    def half_at(self) -> datetime:
        """When half of its time is over."""
        return self.since + (self.at - self.since) / 2

    @property
    def is_late(self) -> bool:
        """It was done, but after its time."""
        return self.done_at is not None and self.done_at > self.at

    def is_missed(self, now: datetime) -> bool:
        """Tell whether its time passed without it."""
        return self.done_at is None and now > self.at


@dataclass(frozen=True, kw_only=True, slots=True)
class Emergency:
    """An emergency change, and each step that it asks for."""

    justification: str | None
    incident: str | None
    steps: tuple[Due, ...]
    follow_up: FollowUp | None
    """What the review asked for; `None` before it."""

    def step(self, step: Step) -> Due | None:
        """Return one of the steps, if it is asked for."""
        return next((one for one in self.steps if one.step is step), None)

    @property
    def open_steps(self) -> tuple[Due, ...]:
        """The steps that nobody has done yet."""
        return tuple(one for one in self.steps if one.done_at is None)


def is_emergency(change: Change, match: TicketMatch) -> bool:
    """Tell whether a change is one: emergency access was used, or one was declared."""
    declared = (Coverage.DECLARED_INCIDENT, Coverage.DECLARED_EMERGENCY)
    said = next(of_kind(change.actions, DeclaredEmergency), None)
    return change.is_emergency or match.coverage in declared or said is not None


def emergency_of(
    change: Change,
    match: TicketMatch,
    standing: Standing,
    rules: ActionRules,
    people: People,
    makers: Collection[str],
) -> Emergency:
    """Return what an emergency change asks for, and what of it is done.

    Only an authorised approver who did not make it approves it, there or on the ticket. Codifying or
    reverting is asked for until a comparison shows no difference: nobody can say so by hand.
    """
    within, began_at = rules.emergency, change.began_at
    declared = list(of_kind(change.actions, DeclaredEmergency))
    ticket = match.ticket
    incident = ticket.key if ticket and ticket.kind is TicketKind.INCIDENT else None
    justified_at = declared[0][0].at if declared else ticket.created_at if ticket else None
    approved_at, approver = _approval(change, match, rules, people, makers)
    reviewed = next(of_kind(change.actions, Reviewed), None)
    review, said = reviewed or (None, None)
    approve_by, review_by = began_at + within.approve_within, began_at + within.review_within
    steps = [
        Due(step=Step.JUSTIFY, since=began_at, at=approve_by, done_at=justified_at),
        Due(
            step=Step.APPROVE,
            since=began_at,
            at=approve_by,
            done_at=approved_at,
            by=approver,
        ),
        Due(
            step=Step.REVIEW,
            since=began_at,
            at=review_by,
            done_at=review.at if review else None,
            by=review.by.name if review else None,
        ),
    ]
    if review and said and said.then is not FollowUp.NOTHING and not standing.is_converged:
        due_at = said.due_at or review.at + within.follow_up_within
        steps.append(Due(step=Step.FOLLOW_UP, since=review.at, at=due_at, by=said.owner))
    return Emergency(
        justification=declared[0][1].justification if declared else ticket.title if ticket else None,
        incident=(declared[0][1].incident if declared else None) or incident,
        steps=tuple(steps),
        follow_up=said.then if said else None,
    )


def _approval(
    change: Change, match: TicketMatch, rules: ActionRules, people: People, makers: Collection[str]
) -> tuple[datetime | None, str | None]:
    """Return when who approved first, of those who may and did not make it."""
    given = [(one.at, one.by.name) for one, _ in of_kind(change.actions, Approved)]
    if match.approved_at and match.approver:
        given.append((match.approved_at, match.approver))
    allowed = {people.person(one) for one in rules.approving(is_emergency=True)} - set(makers)
    return min((one for one in given if people.person(one[1]) in allowed), default=(None, None))
