"""T7 and T8: what must have happened since."""

from drift.model.emergency import Due, Emergency, Step, emergency_of, is_emergency
from drift.stages.assess.question import Answer, Question, does_not_arise, failed, not_evaluable, passed


def emergency_complete(question: Question) -> Answer:
    """T7: an emergency is justified, approved in time by somebody else, reviewed and followed up."""
    if not is_emergency(question.change, question.match):
        return does_not_arise("no emergency access was used, and no emergency was declared")
    emergency = emergency_of(
        question.change,
        question.match,
        question.standing,
        question.rules.actions,
        question.rules.people,
        question.makers,
    )
    missed = [one for one in emergency.steps if one.is_late or one.is_missed(question.now)]
    if missed:
        return failed("; ".join(map(_missed, missed)))
    if waiting := emergency.open_steps:
        next_due = min(waiting, key=lambda one: one.at)
        lacks = " and ".join(one.step.asks for one in waiting)
        return not_evaluable(f"not due yet: {lacks}, the first by {_moment(next_due)}")
    return passed(_complete(emergency))


def converged(question: Question) -> Answer:
    """T8: the live configuration was read after the change, and is as declared."""
    standing = question.standing
    if standing.agreement is not None and not standing.findings:
        return passed("it leaves the code right")
    unwaived = [one for one in standing.findings if one.finding_id not in standing.waived]
    if unwaived:
        return failed(f"{_counted(len(unwaived))} on the resource: it is not as declared")
    if standing.findings:
        return does_not_arise("what differs is waived for the time being")
    if not standing.is_compared:
        return not_evaluable("the resource was not compared with any code since the change")
    return passed("it was compared after the change, and is as declared")


def _missed(one: Due) -> str:
    if one.done_at is not None:
        return f"{one.step.asks} came at {one.done_at:%Y-%m-%d %H:%M} UTC, and was due by {_moment(one)}"
    return f"lacks {one.step.asks}, which was due by {_moment(one)}"


def _complete(emergency: Emergency) -> str:
    approval, review = emergency.step(Step.APPROVE), emergency.step(Step.REVIEW)
    by = approval.by if approval else None
    reviewer = review.by if review else None
    return f"justified, approved in time by {by}, reviewed by {reviewer}"


def _moment(one: Due) -> str:
    return f"{one.at:%Y-%m-%d %H:%M} UTC"


def _counted(number: int) -> str:
    return "1 difference" if number == 1 else f"{number} differences"
