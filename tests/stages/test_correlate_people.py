"""What people said afterwards, standard changes and suggestions: what they are worth, what never counts."""

import re
from dataclasses import replace
from datetime import timedelta

from drift.model.action import Action, Approved, DeclaredEmergency
from drift.model.change import Change
from drift.model.consulted import Consulted
from drift.model.planned import PlannedScope, StandardChange
from drift.model.ticket import Coverage, Edit, Ticket, TicketKind, TicketMatch
from drift.model.verdict import Confidence, Reference, Trust
from drift.stages.correlate import CorrelationRules, correlate
from tests.acting import ERIN, a_link, an_action
from tests.builders import NOON, a_change, a_classification, a_ticket, a_write, an_approval, minutes

RULES = CorrelationRules()
HOUR = timedelta(hours=1)
DOWN = DeclaredEmergency(justification="The site was down for everybody.")


def approved(key: str = "OPS-1", *, resources: tuple[str, ...] = ()) -> Ticket:
    return a_ticket(key, approvals=[an_approval(at=NOON - HOUR)], resources=resources)


def ask(
    *actions: Action,
    tickets: tuple[Ticket, ...] = (),
    rules: CorrelationRules = RULES,
    change: Change | None = None,
    unavailable: tuple[str, ...] = (),
) -> TicketMatch:
    one = replace(change or a_change(), actions=actions)
    return correlate(one, Consulted(tickets=tickets, unavailable=unavailable), rules, "production")


def test_a_linked_ticket_that_was_approved_before_is_worth_no_more_than_one_that_came_afterwards() -> None:
    match = ask(an_action(a_link(approved()), by="alice@example.com", at=NOON + HOUR))

    assert (match.coverage, match.method, match.confidence) == (
        Coverage.AFTERWARDS,
        "a person's link",
        Confidence.MEDIUM,
    )
    assert match.approver == ERIN


def test_a_ticket_that_names_the_resource_itself_counts_although_somebody_links_it_too() -> None:
    window = (NOON - HOUR, NOON + HOUR)
    ticket = replace(approved(resources=("sg-0abc",)), window_start=window[0], window_end=window[1])

    match = ask(an_action(a_link(ticket), at=NOON + HOUR), tickets=(ticket,))

    assert match.coverage is Coverage.APPROVED_BEFORE


def test_a_link_to_a_ticket_that_nobody_approved_covers_nothing() -> None:
    assert ask(an_action(a_link(a_ticket()), at=NOON + HOUR)).coverage is Coverage.NOT_APPROVED


def test_a_linked_ticket_is_judged_as_it_is_now_and_an_edit_since_shows() -> None:
    linked = a_ticket()
    now = replace(approved(), text="open two ports")

    match = ask(an_action(a_link(linked), at=NOON + HOUR), tickets=(now,))

    assert match.ticket == now
    assert match.reasons[-1] == "OPS-1 was edited since it was linked"


def test_a_linked_incident_that_was_open_before_makes_it_an_emergency() -> None:
    incident = a_ticket("INC-1", kind=TicketKind.INCIDENT, created_at=NOON - HOUR)

    assert ask(an_action(a_link(incident), at=NOON + HOUR)).coverage is Coverage.DECLARED_INCIDENT


def test_a_declared_emergency_tells_who_said_so_and_who_approved() -> None:
    match = ask(
        an_action(DOWN, by="alice@example.com", at=NOON + minutes(5)), an_action(Approved(), at=NOON + HOUR)
    )

    assert match.coverage is Coverage.DECLARED_EMERGENCY
    assert match.reasons == (
        f"alice@example.com declared an emergency 5 min after the first write: {DOWN.justification}",
        "erin@example.com approved it 60 min after the first write",
    )
    assert match.approver == ERIN


def test_an_approval_by_who_turns_out_to_have_made_it_counts_no_more() -> None:
    rules = CorrelationRules(aliases={ERIN: "alice@example.com"})

    match = ask(an_action(Approved(), at=NOON + HOUR), rules=rules)

    assert (match.coverage, match.approver) == (Coverage.NONE, None)


def test_a_declared_emergency_holds_while_the_tickets_are_down() -> None:
    assert ask(an_action(DOWN), unavailable=("Jira answers 503",)).coverage is Coverage.DECLARED_EMERGENCY
    assert ask(an_action(Approved()), unavailable=("Jira answers 503",)).coverage is Coverage.NOT_EVALUABLE


def test_the_record_of_a_grant_comes_before_what_the_session_is_called() -> None:
    references = [
        Reference(key="OPS-2", place="session name", trust=Trust.NAME),
        Reference(key="OPS-1", place="the reason of the grant", trust=Trust.GRANT),
    ]
    change = a_change(a_write(classification=a_classification(references=references)))

    match = ask(tickets=(approved("OPS-1"), approved("OPS-2")), change=change)

    assert (match.method, match.confidence) == ("the reason of the grant", Confidence.HIGH)


def test_an_approval_that_is_renewed_after_the_edit_counts() -> None:
    edit = Edit(at=NOON - minutes(50), by="alice", field="description")
    stale, fresh = an_approval(at=NOON - HOUR), an_approval(at=NOON - minutes(40))
    change = a_change(
        a_write(classification=a_classification(references=[Reference(key="OPS-1", place="session name")]))
    )

    once = ask(tickets=(replace(a_ticket(approvals=[stale]), history=(edit,)),), change=change)
    again = ask(tickets=(replace(a_ticket(approvals=[stale, fresh]), history=(edit,)),), change=change)

    assert (once.coverage, again.coverage) == (Coverage.NOT_APPROVED, Coverage.APPROVED_BEFORE)
    assert again.approved_at == fresh.at


def test_an_edit_that_says_nothing_of_what_was_asked_for_does_no_harm() -> None:
    edits = (Edit(at=NOON - minutes(5), by="alice", field="status"), Edit(at=NOON, by="bob", field="comment"))
    change = a_change(
        a_write(classification=a_classification(references=[Reference(key="OPS-1", place="session name")]))
    )

    match = ask(tickets=(replace(approved(), history=edits),), change=change)

    assert match.coverage is Coverage.APPROVED_BEFORE


def test_a_ticket_that_names_the_account_counts_inside_its_window() -> None:
    window = (NOON - HOUR, NOON + HOUR)
    ticket = replace(approved(), accounts=("111122223333",), window_start=window[0], window_end=window[1])

    assert ask(tickets=(ticket,)).method == "the ticket names the account"
    assert ask(tickets=(replace(ticket, window_end=None),)).coverage is Coverage.NOT_APPROVED


def a_standard_change(**facts: object) -> StandardChange:
    made = StandardChange(
        name="open ports",
        scope=PlannedScope(action=re.compile("Authorize.*")),
        approver=ERIN,
        approved_at=NOON - 99 * HOUR,
        reviewed_at=NOON - 99 * HOUR,
        owner="dave",
        expires_at=NOON + 99 * HOUR,
    )
    return replace(made, **facts)  # type: ignore[arg-type]


def test_a_standard_change_is_approved_before_by_who_approved_the_kind() -> None:
    match = ask(rules=CorrelationRules(standard_changes=(a_standard_change(),)))

    assert (match.coverage, match.method, match.standard) == (
        Coverage.APPROVED_BEFORE,
        "standard change",
        "open ports",
    )
    assert (match.approver, match.approved_at) == (ERIN, NOON - 99 * HOUR)


def test_nobody_makes_a_standard_change_that_they_approved_themselves() -> None:
    one = a_standard_change(approver="alice@example.com")

    assert ask(rules=CorrelationRules(standard_changes=(one,))).coverage is Coverage.NOT_APPROVED


def test_an_expired_standard_change_covers_nothing_and_says_so() -> None:
    match = ask(rules=CorrelationRules(standard_changes=(a_standard_change(expires_at=NOON),)))

    assert match.coverage is Coverage.NOT_APPROVED
    assert "expired at 2026-11-16 12:00 UTC" in match.reasons[0]


def test_a_ticket_of_the_actor_from_that_time_is_suggested_and_counts_for_nothing() -> None:
    """
    Time and actor alone never authorise anything.
    """
    far = a_ticket("OPS-9", created_at=NOON - 99 * HOUR)
    others = replace(a_ticket("OPS-3"), requested_by="bob@example.com")

    match = ask(tickets=(far, others, approved("OPS-2")))

    assert (match.coverage, match.suggestions) == (Coverage.NONE, ("OPS-2",))
