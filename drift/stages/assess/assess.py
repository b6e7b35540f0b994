"""Asks the eight tests of a change, and says of each why it came out so."""

from collections.abc import Mapping
from datetime import datetime

from drift.model.change import Change
from drift.model.control_test import Assessed, ControlTest, Result
from drift.model.emergency import is_emergency
from drift.model.finding import Standing
from drift.model.ticket import TicketMatch
from drift.model.verdict import Decision, Disposition
from drift.stages.assess.afterwards import converged, emergency_complete
from drift.stages.assess.before import approved_before, documented_before, reviewed_by_another, tested_before
from drift.stages.assess.limits import in_scope, inside_window
from drift.stages.assess.question import Answer, Ask, AssessmentRules, Question, does_not_arise

ASKS: Mapping[ControlTest, Ask] = {
    ControlTest.DOCUMENTED_BEFORE: documented_before,
    ControlTest.REVIEWER_IS_NOT_AUTHOR: reviewed_by_another,
    ControlTest.TESTED_BEFORE: tested_before,
    ControlTest.APPROVED_BEFORE: approved_before,
    ControlTest.INSIDE_WINDOW: inside_window,
    ControlTest.IN_SCOPE: in_scope,
    ControlTest.EMERGENCY_COMPLETE: emergency_complete,
    ControlTest.CONVERGED: converged,
}

BEFORE = frozenset(
    {
        ControlTest.DOCUMENTED_BEFORE,
        ControlTest.REVIEWER_IS_NOT_AUTHOR,
        ControlTest.TESTED_BEFORE,
        ControlTest.APPROVED_BEFORE,
    }
)
"""What an emergency may do afterwards: then T7 asks for it."""


def assess(
    change: Change,
    match: TicketMatch,
    standing: Standing,
    decision: Decision,
    rules: AssessmentRules,
    now: datetime,
) -> tuple[Assessed, ...]:
    """Return what each of the eight tests finds, in their order.

    A test of which nobody can be asked now is `not_evaluable`, never `fail`.
    """
    question = Question(
        change=change, match=match, standing=standing, decision=decision, rules=rules, now=now
    )
    if why := _why_not_asked(question):
        return tuple(Assessed(test=test, result=Result.NA, reason=why) for test in ControlTest)
    return tuple(_tested(question, test, ask(question)) for test, ask in ASKS.items())


def _why_not_asked(question: Question) -> str | None:
    match question.decision.disposition:
        case Disposition.EXPLAINED:
            return "nobody decided it, or nothing was changed"
        case Disposition.BEFORE_ENROLMENT:
            return "it was made before the watch began"
        case _:
            return None


def _tested(question: Question, test: ControlTest, answer: Answer) -> Assessed:
    if test in BEFORE and answer[0] is not Result.PASS and is_emergency(question.change, question.match):
        answer = does_not_arise(f"an emergency, of which t7 asks: {answer[1]}")
    result, reason = answer
    control = _compensates(question, test) if result is Result.FAIL else None
    return Assessed(test=test, result=result, reason=reason, compensated_by=control)


def _compensates(question: Question, test: ControlTest) -> str | None:
    where = question.decision.environment
    for one in question.rules.controls:
        if test in one.tests and one.environment in (None, where):
            return f"{one.name}: {one.reason} ({one.owner})"
    return None
