"""Whole stories of the change control: what was approved when and by whom, and what people did afterwards."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from drift.errors import RefusedError
from drift.model.action import (
    Action,
    Approved,
    CorrectedActor,
    DeclaredEmergency,
    Deed,
    Disowned,
    FollowUp,
    Reviewed,
)
from drift.model.approval import ActionRules, EmergencyRules
from drift.model.control_test import ControlTest, Result
from drift.model.environment import Environment
from drift.model.event import ChangeEvent
from drift.model.evidence import EntryKind
from drift.model.judgement import Judgement
from drift.model.planned import Freeze, PlannedScope, PlannedWindow
from drift.model.ticket import Edit, Ticket, TicketKind
from drift.model.verdict import ActorKind, Disposition, Severity, Statement, Tool, Trust
from drift.stages.classify import ChannelRules, PipelineRule
from drift.stages.correlate import CorrelationRules
from drift.stages.decide import DecisionRules
from drift.store.database import Database
from tests.acting import ERIN, a_doer, a_request, a_waiver
from tests.builders import (
    ACCOUNT,
    NOON,
    SECURITY_GROUP,
    a_deployment,
    a_principal,
    a_review,
    a_ticket,
    an_approval,
    an_event,
    minutes,
)
from tests.contracts.test_code_host import Forge
from tests.contracts.test_code_host import recorded as recorded_runs
from tests.contracts.test_ticket_source import TicketSystem
from tests.contracts.test_ticket_source import recorded as recorded_tickets
from tests.scenarios.cloud import ALICE, Watch

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
T1, T2, T3, T4, T5, T6, T7, T8 = ControlTest
PROD = Environment(name="production", accounts=(re.compile(ACCOUNT),), is_production=True)
DEPLOY = PipelineRule(name="deploy", role=re.compile(".*terraform-deploy"))
BREAK_GLASS = re.compile(".*BreakGlass.*")
DAY = 24 * 60
SITE_IS_DOWN = DeclaredEmergency(justification="The site was down for everybody.", incident="INC-1")
CODIFY = Reviewed(notes="The rule is needed, in the code.", then=FollowUp.NEEDS_CODIFY, owner="dave")


@pytest.fixture
def tickets(tmp_path: Path) -> Iterator[TicketSystem]:
    with recorded_tickets(tmp_path) as system:
        yield system


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    with recorded_runs(tmp_path) as host:
        yield host


@pytest.fixture
def watch(sqlite_database: Database, tickets: TicketSystem, forge: Forge) -> Watch:
    """Alice has another account, erin may approve, and everything alerts."""
    return Watch(
        database=sqlite_database,
        channels=ChannelRules(pipelines=(DEPLOY,), break_glass=(BREAK_GLASS,)),
        correlation=CorrelationRules(
            aliases={"alice-gh": "alice@example.com", "alice@example.com": "alice@example.com"},
            projects=frozenset({"OPS"}),
        ),
        decision=DecisionRules(environments=(PROD,)),
        actions=ActionRules(approvers=(ERIN,), emergency=EmergencyRules()),
        ticket_sources={"jira": tickets.source},
        code_hosts={"github": forge.host},
    )


def a_console_write(*keys: str, at: datetime = NOON) -> ChangeEvent:
    """Alice opens a port in the console, in a session that names tickets."""
    said = [Statement(place="session name", text=key, trust=Trust.NAME) for key in keys]
    return an_event(at=at, principal=ALICE, statements=said)


def a_deploy(*, session: str = "GitHubActions-9182736455", tool: Tool = Tool.TERRAFORM) -> ChangeEvent:
    """The pipeline's role opens a port."""
    machine = a_principal(
        "terraform-deploy",
        kind=ActorKind.MACHINE,
        role=f"arn:aws:iam::{ACCOUNT}:role/terraform-deploy",
        principal_id=f"arn:aws:sts::{ACCOUNT}:assumed-role/terraform-deploy/{session}",
        session_name=session,
    )
    return an_event(principal=machine, tool=tool)


def an_emergency_write(*, tickets: tuple[str, ...] = ()) -> ChangeEvent:
    """Alice opens a port with emergency access."""
    said = [Statement(place="session name", text=key, trust=Trust.NAME) for key in tickets]
    role = f"arn:aws:iam::{ACCOUNT}:role/BreakGlassAdmin"
    return an_event(principal=a_principal(role=role), statements=said)


def an_approved_ticket(key: str = "OPS-1", *, by: str = ERIN, at: datetime = NOON - HOUR) -> Ticket:
    ticket = a_ticket(key, approvals=[an_approval(by, at=at)], resources=[SECURITY_GROUP.id])
    return replace(ticket, project="OPS")


def act(watch: Watch, deed: Deed, *, by: str = ERIN, minute: float) -> Action:
    """Somebody acts about the only change, so many minutes after noon."""
    change_id = watch.change().change.change_id
    request = a_request(deed, change_id, by=by)
    return watch.pipeline.desk.take(request, NOON + minutes(minute)).action


def judgement(watch: Watch) -> Judgement:
    found = watch.change().judgement
    assert found
    return found


def stands(watch: Watch) -> Disposition:
    return judgement(watch).decision.disposition


def results(watch: Watch, *tests: ControlTest) -> list[str]:
    found = {one.test: one.result.value for one in judgement(watch).tests}
    return [found[test] for test in tests]


def because(watch: Watch) -> str:
    return "; ".join(judgement(watch).match.reasons)


# Approved when, and by whom


@pytest.mark.parametrize(
    ("at", "disposition", "before"),
    [(NOON - SECOND, Disposition.AUTHORISED, "pass"), (NOON + SECOND, Disposition.RETROACTIVE, "fail")],
    ids=["1 s before", "1 s after"],
)
def test_a_second_before_the_first_write_authorises_and_a_second_after_does_not(
    watch: Watch, tickets: TicketSystem, at: datetime, disposition: Disposition, before: str
) -> None:
    tickets.file(an_approved_ticket(at=at))

    watch.told(a_console_write("OPS-1"), minute=5)

    assert stands(watch) is disposition
    assert results(watch, T1, T2, T4, T6) == ["pass", "pass", before, "pass"]


@pytest.mark.parametrize("approver", ["alice@example.com", "alice-gh"], ids=["actor", "her other account"])
def test_nobody_authorises_their_own_change_under_any_name(
    watch: Watch, tickets: TicketSystem, approver: str
) -> None:
    tickets.file(an_approved_ticket(by=approver))

    watch.told(a_console_write("OPS-1"), minute=5)
    watch.cycle(DAY)

    assert stands(watch) is Disposition.UNTICKETED
    assert results(watch, T2, T4) == ["fail", "fail"]
    assert f"approved by nobody but {approver}, who made the change" in because(watch)


@pytest.mark.parametrize(
    ("ticket", "said"),
    [
        (replace(an_approved_ticket("HR-1"), project="HR"), "of the project HR, whose tickets do not count"),
        (replace(an_approved_ticket(), closed_at=NOON - HOUR / 2), "OPS-1 was closed before the first write"),
        (
            replace(an_approved_ticket(), environments=("staging",)),
            "is for staging, and this was in production",
        ),
        (replace(an_approved_ticket(), accounts=("999988887777",)), "OPS-1 is for other accounts than"),
        (
            replace(an_approved_ticket(), history=(Edit(at=NOON - HOUR / 2, by="alice", field="text"),)),
            "OPS-1 was edited (text) after it was approved",
        ),
    ],
    ids=["wrong project", "closed", "another environment", "another account", "edited after its approval"],
)
def test_a_ticket_for_something_else_authorises_nothing(
    watch: Watch, tickets: TicketSystem, ticket: Ticket, said: str
) -> None:
    tickets.file(ticket)

    watch.told(a_console_write(ticket.key), minute=5)
    watch.cycle(DAY)

    assert stands(watch) is Disposition.UNTICKETED
    assert said in because(watch)
    assert results(watch, T4) == ["fail"]


def test_a_ticket_that_was_edited_after_the_write_shows_it(watch: Watch, tickets: TicketSystem) -> None:
    """
    The resource may have been added to it only then.
    """
    edit = Edit(at=NOON + minutes(10), by="alice@example.com", field="resources")
    tickets.file(an_approved_ticket())
    watch.told(a_console_write("OPS-1"), minute=5)
    before = stands(watch)
    watch.deliver(an_event(event_id="e-2", at=NOON + minutes(11), principal=ALICE))  # it goes on

    tickets.file(replace(an_approved_ticket(), history=(edit,)))
    watch.cycle(15)

    assert before is Disposition.AUTHORISED
    assert stands(watch) is Disposition.RETROACTIVE
    assert "OPS-1 was edited (resources) 10 min after the first write" in because(watch)


def test_of_two_tickets_the_one_that_covers_the_change_counts(watch: Watch, tickets: TicketSystem) -> None:
    tickets.file(replace(an_approved_ticket("OPS-1"), closed_at=NOON - HOUR / 2))
    tickets.file(an_approved_ticket("OPS-2"))

    watch.told(a_console_write("OPS-1", "OPS-2"), minute=5)

    found = judgement(watch).match
    assert (stands(watch), found.ticket and found.ticket.key) == (Disposition.AUTHORISED, "OPS-2")


# Pipelines


def test_a_reviewed_run_passes_and_says_what_it_rests_on(watch: Watch, forge: Forge) -> None:
    forge.run(a_deployment(a_review()))

    watch.told(a_deploy(), minute=30)

    assert stands(watch) is Disposition.AUTHORISED
    assert results(watch, T1, T2, T3, T4, T6) == ["pass"] * 5


def test_a_request_that_was_approved_then_pushed_to_then_merged_was_not_reviewed(
    watch: Watch, forge: Forge
) -> None:
    forge.run(a_deployment(a_review(commit="0ld"), head="c0ffee"))

    watch.told(a_deploy(), minute=30)

    assert stands(watch) is Disposition.UNTICKETED
    assert "was pushed to after its last approval" in because(watch)
    assert results(watch, T2, T4) == ["fail", "fail"]


def test_a_run_from_a_branch_that_nothing_protects_covers_nothing(watch: Watch, forge: Forge) -> None:
    run = replace(a_deployment(a_review()), ref="refs/heads/try", is_branch_protected=False)
    forge.run(run)

    watch.told(a_deploy(), minute=30)

    assert stands(watch) is Disposition.UNTICKETED
    assert "it ran from refs/heads/try, which nothing protects" in because(watch)
    assert results(watch, T4) == ["fail"]


def test_a_pipelines_role_that_is_used_by_hand_is_no_reviewed_run(watch: Watch, forge: Forge) -> None:
    """
    The session is called as somebody likes, and no run of it is known.
    """
    forge.run(a_deployment(a_review()))

    watch.told(a_deploy(session="alice", tool=Tool.CLI), minute=30)

    assert stands(watch) is Disposition.UNTICKETED
    assert "the pipeline's session does not tell its run" in because(watch)


# While something is down


def test_while_the_tickets_are_down_nothing_fails_and_it_is_judged_again(
    watch: Watch, tickets: TicketSystem
) -> None:
    tickets.break_down()
    watch.deliver(a_console_write("OPS-1"))
    problems = watch.problems(DAY)
    down = stands(watch), set(results(watch, *ControlTest))

    tickets.file(an_approved_ticket())
    watch.cycle(DAY + 5)

    assert problems
    assert down[0] is Disposition.PENDING
    assert "fail" not in down[1]
    assert stands(watch) is Disposition.AUTHORISED
    assert results(watch, T1, T4) == ["pass", "pass"]


# What people do afterwards


def test_a_link_afterwards_makes_it_retroactive_and_never_authorised(
    watch: Watch, tickets: TicketSystem
) -> None:
    tickets.file(replace(a_ticket("OPS-9", approvals=[an_approval(at=NOON - HOUR)]), project="OPS"))
    watch.told(a_console_write(), minute=5)
    change_id = watch.change().change.change_id

    watch.pipeline.desk.link(change_id, "OPS-9", a_doer("alice@example.com"), key="1", now=NOON + minutes(20))
    watch.cycle(21)

    assert stands(watch) is Disposition.RETROACTIVE
    assert judgement(watch).match.method == "a person's link"
    assert "alice@example.com linked OPS-9 20 min after the first write" in because(watch)


def test_an_approval_afterwards_stays_a_deviation(watch: Watch) -> None:
    watch.told(a_console_write(), minute=5)
    act(watch, Approved(), minute=30)

    watch.cycle(31)

    assert stands(watch) is Disposition.RETROACTIVE
    assert (judgement(watch).match.approver, results(watch, T2, T4)) == (ERIN, ["pass", "fail"])


def test_a_reverted_change_is_still_a_change_without_a_ticket(watch: Watch) -> None:
    """
    Reverted before anybody was told: it happened all the same.
    """
    revert = an_event(
        event_id="e-2", at=NOON + minutes(1), principal=ALICE, action="RevokeSecurityGroupIngress"
    )
    watch.told(a_console_write(), revert, minute=5)
    watch.cycle(DAY)

    assert stands(watch) is Disposition.UNTICKETED
    assert len(watch.change().change.writes) == 2
    assert results(watch, T1, T4) == ["fail", "fail"]


def test_a_correction_stands_in_the_evidence_and_in_the_message(watch: Watch) -> None:
    watch.told(a_console_write(), minute=5)
    act(watch, CorrectedActor(actor="bob@example.com", reason="he shared her screen"), minute=10)

    watch.cycle(11)

    last = watch.bodies(EntryKind.DISPOSITION)[-1]
    assert (last["actor"], last["corrected_actor"]) == ("alice@example.com", "bob@example.com")
    assert any("bob@example.com (by correction)" in line for line in watch.headlines())


def test_not_me_is_critical_and_an_alarm_at_once(watch: Watch) -> None:
    watch.told(a_console_write(), minute=5)
    act(watch, Disowned(), by="alice-gh", minute=10)

    watch.cycle(11)

    assert judgement(watch).decision.severity is Severity.CRITICAL
    assert watch.alarms() == [f"possible-compromise: {watch.change().change.change_id}"]
    assert any("says that the change" in line for line in watch.headlines())


def test_each_action_has_the_change_judged_anew_in_the_ledger(watch: Watch) -> None:
    watch.told(a_console_write(), minute=5)
    act(watch, SITE_IS_DOWN, by="alice@example.com", minute=10)
    watch.cycle(11)
    act(watch, Approved(), minute=20)
    watch.cycle(21)

    assert [body["disposition"] for body in watch.bodies(EntryKind.DISPOSITION)] == [
        "pending",
        "emergency",
        "emergency",
    ]
    assert [body["action"] for body in watch.bodies(EntryKind.ACTION)] == ["emergency", "approve"]


# Emergencies


def test_an_emergency_that_was_approved_in_time_and_reviewed_is_complete(watch: Watch) -> None:
    watch.told(a_console_write(), minute=5)
    act(watch, SITE_IS_DOWN, by="alice@example.com", minute=10)
    watch.cycle(11)
    declared = stands(watch), results(watch, T7)
    asked = [line for line in watch.headlines() if "must approve the emergency" in line]
    act(watch, Approved(), minute=60)
    watch.cycle(61)
    act(watch, Reviewed(notes="Reverted, and learnt a lot.", then=FollowUp.NOTHING), by="dave", minute=120)
    watch.cycle(121)

    assert declared == (Disposition.EMERGENCY, ["not_evaluable"])
    assert len(asked) == 1
    assert stands(watch) is Disposition.EMERGENCY
    assert results(watch, T1, T4, T7) == ["na", "na", "pass"]


def test_an_emergency_that_was_approved_too_late_stays_one_and_fails(watch: Watch) -> None:
    watch.told(a_console_write(), minute=5)
    act(watch, SITE_IS_DOWN, by="alice@example.com", minute=10)
    watch.cycle(11)
    act(watch, Approved(), minute=DAY + 60)

    watch.cycle(DAY + 61)

    assert (stands(watch), results(watch, T7)) == (Disposition.EMERGENCY, ["fail"])


@pytest.mark.parametrize("name", ["alice@example.com", "alice-gh"])
def test_an_emergency_that_the_actor_approves_is_approved_by_nobody(watch: Watch, name: str) -> None:
    """
    Under either of her names, and although she is one of those who may approve others'.
    """
    watch = replace(watch, actions=ActionRules(approvers=(ERIN, "alice@example.com")))
    watch.told(a_console_write(), minute=5)
    act(watch, SITE_IS_DOWN, by="alice@example.com", minute=10)
    watch.cycle(11)

    with pytest.raises(RefusedError, match="made this change, and nobody may"):
        act(watch, Approved(), by=name, minute=20)

    watch.cycle(DAY + 1)
    assert (stands(watch), results(watch, T7)) == (Disposition.UNTICKETED, ["fail"])


def test_an_emergency_that_nobody_approved_is_no_emergency_any_more(watch: Watch) -> None:
    watch.told(a_console_write(), minute=5)
    act(watch, SITE_IS_DOWN, by="alice@example.com", minute=10)
    watch.cycle(11)

    watch.cycle(DAY + 1)

    assert (stands(watch), results(watch, T7)) == (Disposition.UNTICKETED, ["fail"])


def test_an_incident_that_was_open_before_still_asks_for_an_approval_and_a_review(
    watch: Watch, tickets: TicketSystem
) -> None:
    incident = a_ticket("OPS-7", kind=TicketKind.INCIDENT, created_at=NOON - HOUR)
    tickets.file(replace(incident, project="OPS"))

    watch.told(a_console_write("OPS-7"), minute=5)
    soon = stands(watch), results(watch, T1, T7)
    watch.cycle(DAY + 1)

    assert soon == (Disposition.EMERGENCY, ["pass", "not_evaluable"])
    assert results(watch, T7) == ["fail"]


def test_emergency_access_pages_at_once_even_with_an_approved_ticket(
    watch: Watch, tickets: TicketSystem
) -> None:
    tickets.file(an_approved_ticket())

    watch.told(an_emergency_write(tickets=("OPS-1",)), minute=1)

    [line] = watch.headlines()
    assert "Review now: emergency access was used." in line
    assert judgement(watch).decision.severity is Severity.CRITICAL
    assert results(watch, T7) == ["not_evaluable"]


def reminders(watch: Watch) -> list[str]:
    return [line for line in watch.headlines() if line.startswith("Emergency change")]


def test_people_are_reminded_once_at_half_of_the_time_and_once_at_its_end(watch: Watch) -> None:
    watch.told(an_emergency_write(), minute=1)
    watch.cycle(DAY / 2 - 1)
    early = reminders(watch)
    for minute in (DAY / 2, DAY / 2 + 5, DAY / 2 + 10):
        watch.cycle(minute)
    half = reminders(watch)
    for minute in (DAY + 1, DAY + 6):
        watch.cycle(minute)

    assert early == []
    assert len(half) == 1
    assert "still lacks a written justification and the approval of an authorised approver" in half[0]
    assert "by Tue 17 Nov 12:00 UTC" in half[0]
    assert len(reminders(watch)) == 2
    assert "and was due Tue 17 Nov 12:00 UTC" in reminders(watch)[1]


def test_what_was_late_when_it_was_noticed_is_told_once_and_not_reminded_of_at_once(watch: Watch) -> None:
    """
    The watch itself may have been down for days.
    """
    watch.told(an_emergency_write(), minute=2 * DAY)
    watch.cycle(2 * DAY + 5)
    at_once = reminders(watch)

    watch.cycle(3 * DAY)

    assert at_once == []
    assert ["the review after the incident" in line for line in reminders(watch)] == [True]


def test_a_reminder_accuses_nobody(watch: Watch) -> None:
    watch.told(an_emergency_write(), minute=1)
    watch.cycle(DAY + 1)

    assert "alice" not in " ".join(reminders(watch))


def test_who_approved_and_reviewed_in_time_is_not_reminded(watch: Watch) -> None:
    watch.told(an_emergency_write(), minute=1)
    act(watch, SITE_IS_DOWN, by="alice@example.com", minute=10)
    act(watch, Approved(), minute=20)
    act(watch, Reviewed(notes="Reverted, and learnt a lot.", then=FollowUp.NOTHING), by="dave", minute=30)
    for minute in (31, DAY / 2 + 1, DAY + 1, 6 * DAY):
        watch.cycle(minute)

    assert reminders(watch) == []
    assert results(watch, T7) == ["pass"]


def test_what_a_review_asks_for_is_followed_until_its_time_is_over(watch: Watch) -> None:
    """
    Nothing is compared here, so it never is as declared.
    """
    watch.told(an_emergency_write(), minute=1)
    act(watch, SITE_IS_DOWN, by="alice@example.com", minute=10)
    act(watch, Approved(), minute=20)
    act(watch, CODIFY, by="dave", minute=60)
    watch.cycle(61)
    soon = results(watch, T7)

    watch.cycle(60 + 3 * DAY + 1)
    watch.cycle(60 + 3 * DAY + 2)

    assert soon == ["not_evaluable"]
    assert results(watch, T7) == ["fail"]
    assert any("lacks the code made right, or the change reverted" in line for line in reminders(watch))
    assert any("owner: dave" in line for line in reminders(watch))


# Planned work


def test_a_window_quietens_the_message_and_nothing_else(watch: Watch) -> None:
    window = PlannedWindow(
        name="upgrade",
        scope=PlannedScope(environment="production"),
        starts_at=NOON - HOUR,
        ends_at=NOON + HOUR,
        ticket="OPS-3",
        approver=ERIN,
        owner="dave",
    )
    watch = replace(watch, decision=replace(watch.decision, windows=(window,)))

    watch.told(a_console_write(), minute=5)
    watch.told(an_event(event_id="later", at=NOON + 2 * HOUR, principal=ALICE), minute=125)
    watch.cycle(DAY)

    inside, outside = (row.judgement for row in watch.changes())
    assert inside
    assert outside
    assert inside.decision.disposition is outside.decision.disposition is Disposition.UNTICKETED
    assert (inside.decision.alert, outside.decision.alert) == (False, True)
    assert "planned work, so nobody is told: upgrade (OPS-3, approved by erin@example.com, owner dave)" in (
        inside.decision.reasons
    )


def test_a_window_does_not_hide_emergency_access(watch: Watch) -> None:
    window = PlannedWindow(
        name="upgrade",
        scope=PlannedScope(environment="production"),
        starts_at=NOON - HOUR,
        ends_at=NOON + HOUR,
        ticket="OPS-3",
        approver=ERIN,
        owner="dave",
    )
    watch = replace(watch, decision=replace(watch.decision, windows=(window,)))

    watch.told(an_emergency_write(), minute=5)

    assert len(watch.headlines()) == 1


def test_a_freeze_makes_a_change_more_severe_and_says_so(watch: Watch, tickets: TicketSystem) -> None:
    freeze = Freeze(
        name="year's end",
        scope=PlannedScope(),
        starts_at=NOON - HOUR,
        ends_at=NOON + HOUR,
        reason="most of us are away",
    )
    tickets.file(an_approved_ticket())
    watch.told(a_console_write("OPS-1"), minute=5)
    usual = judgement(watch).decision.severity

    frozen = replace(watch, decision=replace(watch.decision, freezes=(freeze,)))
    frozen.told(an_event(event_id="e-2", at=NOON + minutes(6), principal=ALICE), minute=10)

    decision = judgement(frozen).decision
    assert decision.severity.rank == usual.rank + 1
    assert "the freeze year's end was in force: most of us are away" in decision.reasons
    assert results(frozen, T5) == ["fail"]


def test_every_judgement_in_the_ledger_bears_the_eight_tests(watch: Watch) -> None:
    watch.told(a_console_write(), minute=5)

    for body in watch.bodies(EntryKind.DISPOSITION):
        found = [body[f"t{number}"] for number in range(1, 9)]
        assert set(found) <= {one.value for one in Result}
        assert len(body["tests"]) == 8
        assert json.dumps(body)


# Waivers


def test_a_waived_change_counts_again_once_the_waiver_has_ended(watch: Watch) -> None:
    watch.told(a_console_write(), minute=5)
    act(watch, a_waiver(expires_at=NOON + 2 * HOUR), minute=10)
    watch.cycle(11)
    waived = stands(watch), judgement(watch).decision.reasons[0]

    watch.cycle(DAY * 20)

    assert waived == (
        Disposition.WAIVED,
        "waived by erin@example.com until 2026-11-16 14:00 UTC, owner dave@example.com: until the move",
    )
    assert stands(watch) is Disposition.UNTICKETED


def test_a_waiver_of_a_change_that_was_approved_before_changes_nothing(
    watch: Watch, tickets: TicketSystem
) -> None:
    tickets.file(an_approved_ticket())
    watch.told(a_console_write("OPS-1"), minute=5)
    act(watch, a_waiver(), minute=10)

    watch.cycle(11)

    assert stands(watch) is Disposition.AUTHORISED
