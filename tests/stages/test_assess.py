"""The eight tests, each with every answer that it can give."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from drift.model.action import Action, Approved, DeclaredEmergency, FollowUp, Reviewed
from drift.model.approval import ActionRules
from drift.model.change import Change
from drift.model.control_test import Assessed, CompensatingControl, ControlTest, Result
from drift.model.finding import Agreement, Standing
from drift.model.person import People, Person
from drift.model.planned import Freeze, PlannedScope
from drift.model.ticket import Check, Coverage, Deployment, TicketMatch
from drift.model.verdict import Channel, Confidence, Decision, Disposition, Lane, Severity
from drift.stages.assess import AssessmentRules, assess
from tests.acting import ERIN, an_action
from tests.builders import (
    NOON,
    a_change,
    a_classification,
    a_deployment,
    a_finding,
    a_match,
    a_review,
    a_standing,
    a_ticket,
    a_write,
    an_approval,
    minutes,
)

PEOPLE = People.known([Person(name="alice@example.com", names=("alice-gh",))])
RULES = AssessmentRules(actions=ActionRules(approvers=(ERIN,)), people=PEOPLE)
RUN = "9182736455"
BEFORE, AFTER = NOON - minutes(30), NOON + minutes(30)
HOUR = timedelta(hours=1)
T1, T2, T3, T4, T5, T6, T7, T8 = ControlTest
PASS, FAIL, NA, UNKNOWN = Result.PASS, Result.FAIL, Result.NA, Result.NOT_EVALUABLE
EMERGENCY = DeclaredEmergency(justification="The site was down for everybody.")
REVIEWED = Reviewed(notes="We opened a port and closed it.", then=FollowUp.NOTHING)
CODIFY = Reviewed(notes="We need it in the code.", then=FollowUp.NEEDS_CODIFY, owner="dave")


@dataclass(frozen=True, kw_only=True)
class Case:
    """What was concluded of a change: by hand, unticketed, as declared, unless said otherwise."""

    match: TicketMatch = field(default_factory=a_match)
    standing: Standing = field(default_factory=a_standing)
    actions: tuple[Action, ...] = ()
    lane: Lane = Lane.INFRASTRUCTURE
    run: str | None = None
    disposition: Disposition = Disposition.UNTICKETED
    environment: str | None = "production"
    now: datetime = NOON + HOUR
    rules: AssessmentRules = RULES

    def tested(self) -> dict[ControlTest, Assessed]:
        """Ask the eight tests."""
        decision = Decision(
            disposition=self.disposition,
            severity=Severity.HIGH,
            alert=True,
            environment=self.environment,
            reasons=(),
        )
        found = assess(self._change(), self.match, self.standing, decision, self.rules, self.now)
        assert [one.test for one in found] == list(ControlTest)
        assert all(one.reason for one in found)
        return {one.test: one for one in found}

    def _change(self) -> Change:
        channel = Channel.PIPELINE if self.run else Channel.CONSOLE
        found = a_classification(channel=channel, lane=self.lane, run_id=self.run)
        return replace(a_change(a_write(classification=found)), actions=self.actions)


def ticketed(
    *,
    created_at: datetime = NOON - HOUR,
    by: str | None = ERIN,
    at: datetime = BEFORE,
    coverage: Coverage = Coverage.APPROVED_BEFORE,
    window: tuple[datetime, datetime] | None = None,
    approvals: Sequence[str] = (),
    **named: tuple[str, ...],
) -> Case:
    """A change with a ticket that somebody approved."""
    given = [an_approval(name, at=at) for name in approvals]
    ticket = replace(a_ticket(created_at=created_at, window=window, approvals=given), **named)
    found = a_match(coverage, "the reason of correlate", ticket=ticket)
    return Case(match=replace(found, approver=by, approved_at=at if by else None))


def deployed(
    *checks: Check,
    reviews: Sequence[object] = (),
    by: str | None = ERIN,
    run: str = RUN,
    has_request: bool = True,
    created_at: datetime | None = None,
    coverage: Coverage = Coverage.APPROVED_BEFORE,
) -> Case:
    """A change by a run that deployed a pull request."""
    run_of = a_deployment(*reviews)  # type: ignore[arg-type]
    assert run_of.pull_request
    request = replace(run_of.pull_request, checks=checks, created_at=created_at)
    deployment: Deployment = replace(run_of, pull_request=request if has_request else None)
    found = replace(a_match(coverage), deployment=deployment)
    return Case(match=replace(found, approver=by, approved_at=BEFORE if by else None), run=run)


def a_check(conclusion: str = "success", *, at: datetime = BEFORE) -> Check:
    return Check(name="plan", conclusion=conclusion, completed_at=at)


def standard() -> Case:
    found = replace(a_match(Coverage.APPROVED_BEFORE), standard="vpn", approver=ERIN, approved_at=BEFORE)
    return Case(match=found)


def without(coverage: Coverage) -> Case:
    return Case(
        match=TicketMatch(coverage=coverage, method=None, confidence=Confidence.HIGH, reasons=("why",))
    )


def declared(*actions: Action, now: datetime = NOON + HOUR, standing: Standing | None = None) -> Case:
    """An emergency that was declared at noon, with what people did about it since."""
    found = a_match(Coverage.DECLARED_EMERGENCY)
    approved = next((one for one in actions if isinstance(one.deed, Approved)), None)
    if approved:
        found = replace(found, approver=approved.by.name, approved_at=approved.at)
    return Case(
        match=found,
        actions=(an_action(EMERGENCY, by="alice@example.com"), *actions),
        now=now,
        disposition=Disposition.EMERGENCY,
        standing=standing or a_standing(),
    )


def approval(*, hours: float = 1, by: str = ERIN) -> Action:
    return an_action(Approved(), by=by, at=NOON + hours * HOUR)


def review(deed: Reviewed = REVIEWED, *, hours: float = 2) -> Action:
    return an_action(deed, by="dave", at=NOON + hours * HOUR)


FREEZE = Freeze(name="year's end", scope=PlannedScope(), starts_at=BEFORE, ends_at=AFTER, reason="we rest")
FROZEN = replace(RULES, freezes=(FREEZE,))

TABLE: list[tuple[ControlTest, Result, str, Callable[[], Case]]] = [
    # documented before
    (T1, PASS, "a ticket of before", ticketed),
    (T1, FAIL, "a ticket of afterwards", lambda: ticketed(created_at=AFTER)),
    (T1, PASS, "a pull request that was reviewed before", lambda: deployed(reviews=[a_review(at=BEFORE)])),
    (T1, PASS, "a standard change", standard),
    (T1, FAIL, "a run without a pull request", lambda: deployed(has_request=False)),
    (T1, FAIL, "nothing", Case),
    (T1, UNKNOWN, "a system that is down", lambda: without(Coverage.NOT_EVALUABLE)),
    (T1, UNKNOWN, "no code host", lambda: without(Coverage.NOT_ASKED)),
    (T1, NA, "an emergency that was declared later", declared),
    # reviewer is not author
    (T2, PASS, "approved by somebody else", ticketed),
    (T2, FAIL, "approved by the actor", lambda: ticketed(by=None, approvals=["alice@example.com"])),
    (T2, FAIL, "approved by the actor's other account", lambda: ticketed(by="alice-gh")),
    (T2, FAIL, "a review of an earlier state", lambda: deployed(reviews=[a_review(commit="0")], by=None)),
    (T2, FAIL, "reviewed by its author", lambda: deployed(reviews=[a_review("dave@example.com")], by=None)),
    (T2, PASS, "approved afterwards by somebody else", lambda: ticketed(at=AFTER)),
    (T2, FAIL, "nobody", Case),
    (T2, UNKNOWN, "a system that is down", lambda: without(Coverage.NOT_EVALUABLE)),
    (T2, NA, "an emergency that nobody approved yet", declared),
    # tested before
    (T3, PASS, "checks that had passed", lambda: deployed(a_check(), a_check("skipped"))),
    (T3, FAIL, "a check that failed", lambda: deployed(a_check(), a_check("failure"))),
    (T3, FAIL, "only a check that failed", lambda: deployed(a_check("failure"))),
    (T3, FAIL, "a check that ended later", lambda: deployed(a_check(at=AFTER))),
    (T3, FAIL, "no check", deployed),
    (T3, FAIL, "nothing but checks that were skipped", lambda: deployed(a_check("skipped"))),
    (T3, FAIL, "a run without a pull request", lambda: deployed(has_request=False)),
    (T3, UNKNOWN, "by hand, with a ticket", ticketed),
    (T3, UNKNOWN, "a standard change", standard),
    (T3, FAIL, "by hand, without a ticket", Case),
    (T3, UNKNOWN, "no code host", lambda: without(Coverage.NOT_ASKED)),
    (T3, NA, "an emergency", declared),
    # approved before the first write
    (T4, PASS, "a second before", lambda: ticketed(at=NOON - timedelta(seconds=1))),
    (T4, FAIL, "in the same second", lambda: ticketed(at=NOON, coverage=Coverage.AFTERWARDS)),
    (T4, FAIL, "a second after", lambda: ticketed(at=NOON + timedelta(seconds=1))),
    (T4, FAIL, "approved, but for something else", lambda: ticketed(coverage=Coverage.NOT_APPROVED)),
    (T4, FAIL, "nobody", lambda: ticketed(by=None)),
    (T4, UNKNOWN, "a system that is down", lambda: without(Coverage.NOT_EVALUABLE)),
    (T4, NA, "an emergency", declared),
    # inside the window
    (T5, PASS, "inside", lambda: ticketed(window=(BEFORE, AFTER))),
    (T5, FAIL, "too early", lambda: ticketed(window=(AFTER, AFTER + HOUR))),
    (T5, FAIL, "too late", lambda: ticketed(window=(BEFORE - HOUR, BEFORE))),
    (T5, NA, "a ticket without a window", ticketed),
    (T5, NA, "no ticket", Case),
    (T5, FAIL, "a freeze", lambda: replace(ticketed(window=(BEFORE, AFTER)), rules=FROZEN)),
    (T5, NA, "an emergency in a freeze", lambda: replace(declared(), rules=FROZEN)),
    (T5, UNKNOWN, "a system that is down", lambda: without(Coverage.NOT_EVALUABLE)),
    # in the ticket's scope
    (T6, PASS, "names the resource", lambda: ticketed(resources=("sg-0abc",))),
    (T6, FAIL, "names another resource", lambda: ticketed(resources=("sg-other",))),
    (T6, PASS, "names the account", lambda: ticketed(accounts=("111122223333",))),
    (T6, FAIL, "names another account", lambda: ticketed(accounts=("999988887777",))),
    (T6, PASS, "names the environment", lambda: ticketed(environments=("Production",))),
    (T6, FAIL, "names another environment", lambda: ticketed(environments=("staging",))),
    (T6, UNKNOWN, "names nothing", ticketed),
    (T6, PASS, "made by its run", deployed),
    (T6, FAIL, "partly made outside of its run", lambda: deployed(run="1")),
    (T6, PASS, "a standard change", standard),
    (T6, NA, "no ticket", Case),
    (T6, UNKNOWN, "a system that is down", lambda: without(Coverage.NOT_EVALUABLE)),
    # emergency complete
    (T7, NA, "no emergency", Case),
    (T7, UNKNOWN, "not due yet", declared),
    (T7, UNKNOWN, "approved, not reviewed yet", lambda: declared(approval())),
    (T7, PASS, "approved and reviewed in time", lambda: declared(approval(), review())),
    (T7, FAIL, "approved late", lambda: declared(approval(hours=25), review(), now=NOON + 30 * HOUR)),
    (T7, FAIL, "never approved", lambda: declared(now=NOON + 25 * HOUR)),
    (T7, UNKNOWN, "approved only by the actor", lambda: declared(approval(by="alice-gh"), review())),
    (T7, FAIL, "never reviewed", lambda: declared(approval(), now=NOON + 121 * HOUR)),
    (T7, UNKNOWN, "break-glass, not declared yet", lambda: Case(lane=Lane.EMERGENCY)),
    (T7, FAIL, "break-glass, never declared", lambda: Case(lane=Lane.EMERGENCY, now=NOON + 25 * HOUR)),
    (T7, UNKNOWN, "to be codified, not due yet", lambda: declared(approval(), review(CODIFY), standing=ODD)),
    (T7, PASS, "codified", lambda: declared(approval(), review(CODIFY))),
    (
        T7,
        FAIL,
        "never codified",
        lambda: declared(approval(), review(CODIFY), standing=ODD, now=NOON + 75 * HOUR),
    ),
    # converged
    (T8, PASS, "as declared", Case),
    (T8, FAIL, "it differs", lambda: Case(standing=ODD)),
    (T8, UNKNOWN, "not compared", lambda: Case(standing=Standing())),
    (T8, NA, "what differs is waived", lambda: Case(standing=replace(ODD, waived=("f-1",)))),
    (T8, PASS, "it left the code right", lambda: Case(standing=Standing(agreement=Agreement.IGNORED))),
]

ODD = a_standing(a_finding("f-1"))


@pytest.mark.parametrize(
    ("test", "result", "case"),
    [(test, result, case) for test, result, _, case in TABLE],
    ids=[f"{test} {result}: {name}" for test, result, name, _ in TABLE],
)
def test_each_test_comes_out_as_it_should(
    test: ControlTest, result: Result, case: Callable[[], Case]
) -> None:
    found = case().tested()[test]

    assert found.result is result, found.reason


def test_every_test_can_give_each_answer() -> None:
    seen = {(test, result) for test, result, _, _ in TABLE}

    assert {(test, result) for test in ControlTest for result in Result} == seen


@pytest.mark.parametrize("disposition", [Disposition.EXPLAINED, Disposition.BEFORE_ENROLMENT])
def test_of_what_nobody_decided_nothing_is_asked(disposition: Disposition) -> None:
    found = Case(disposition=disposition).tested()

    assert {one.result for one in found.values()} == {NA}


def test_a_system_that_is_down_fails_no_test() -> None:
    found = without(Coverage.NOT_EVALUABLE).tested()

    assert FAIL not in {one.result for one in found.values()}


def test_a_compensating_control_is_recorded_and_makes_no_pass_of_a_fail() -> None:
    control = CompensatingControl(
        name="two of us",
        tests=frozenset({T2}),
        reason="read within a day",
        owner=ERIN,
        environment="production",
    )
    rules = replace(RULES, controls=(control,))

    found = Case(rules=rules).tested()
    elsewhere = Case(rules=rules, environment="staging").tested()

    assert (found[T2].result, found[T2].compensated_by) == (FAIL, f"two of us: read within a day ({ERIN})")
    assert found[T1].compensated_by is None
    assert elsewhere[T2].compensated_by is None


def test_what_an_emergency_lacks_is_named_with_its_time() -> None:
    late = declared(approval(hours=25), now=NOON + 30 * HOUR).tested()[T7]

    assert late.reason == (
        "the approval of an authorised approver who did not make it came at 2026-11-17 13:00 UTC, "
        "and was due by 2026-11-17 12:00 UTC"
    )
