"""T5 and T6: when and where the change was allowed."""

from datetime import datetime

from drift.model.change import Change
from drift.model.emergency import is_emergency
from drift.model.ticket import Deployment, Ticket
from drift.model.verdict import Channel
from drift.stages.assess.question import Answer, Question, does_not_arise, failed, not_evaluable, passed


def inside_window(question: Question) -> Answer:
    """T5: every write lies inside the window of the ticket, and in no freeze."""
    change, ticket = question.change, question.match.ticket
    for one in question.rules.freezes:
        is_held = one.holds(change, question.decision.environment)
        if is_held and not is_emergency(change, question.match):
            return failed(f"the freeze {one.name} was in force: {one.reason}")
    if ticket is None:
        return question.not_known or does_not_arise("no ticket sets a window")
    if ticket.window_start is None and ticket.window_end is None:
        return does_not_arise(f"{ticket.key} sets no window")
    if ticket.window_start and change.began_at < ticket.window_start:
        return failed(
            f"it began before the window of {ticket.key}, which opened {_moment(ticket.window_start)}"
        )
    if ticket.window_end and change.ended_at > ticket.window_end:
        return failed(f"it ended after the window of {ticket.key}, which closed {_moment(ticket.window_end)}")
    return passed(f"it lies inside the window of {ticket.key}")


def in_scope(question: Question) -> Answer:
    """T6: the ticket, or the run, is for what was changed and who changed it."""
    match = question.match
    if match.standard:
        return passed(f"it is what the standard change {match.standard} is for")
    if match.ticket:
        return _of_ticket(question, match.ticket)
    if match.deployment:
        return _of_run(question.change, match.deployment)
    return question.not_known or does_not_arise("there is no ticket whose scope could be told")


def _of_ticket(question: Question, ticket: Ticket) -> Answer:
    change, environment = question.change, question.decision.environment
    account = change.first.event.call.account
    named = []
    if ticket.resources:
        if change.resource.id not in ticket.resources:
            return failed(f"{ticket.key} is for other resources than {change.resource.id}")
        named.append("the resource")
    if ticket.accounts:
        if account not in ticket.accounts:
            return failed(f"{ticket.key} is for other accounts than {account or 'an unknown one'}")
        named.append("the account")
    if ticket.environments:
        if (environment or "").lower() not in {one.lower() for one in ticket.environments}:
            return failed(f"{ticket.key} is for other environments than {environment or 'an unknown one'}")
        named.append("the environment")
    if not named:
        return not_evaluable(f"{ticket.key} names no resource, account or environment")
    return passed(f"{ticket.key} names {' and '.join(named)}")


def _of_run(change: Change, deployment: Deployment) -> Answer:
    own = [one for one in change.writes if one.classification.channel is not Channel.SERVICE]
    if any(one.classification.run_id != deployment.run_id for one in own):
        return failed(f"a part of it was made outside of run {deployment.run_id}")
    return passed(f"run {deployment.run_id} of {deployment.repository} made all of it")


def _moment(at: datetime) -> str:
    return f"at {at:%Y-%m-%d %H:%M} UTC"
