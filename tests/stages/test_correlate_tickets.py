"""Tickets that were moved or deleted, and approvals that were taken back."""

from dataclasses import replace

from drift.model.change import Change
from drift.model.consulted import Consulted
from drift.model.ticket import ApprovalDecision, Coverage, Ticket
from drift.model.verdict import Reference
from drift.stages.correlate import CorrelationRules, correlate
from tests.builders import NOON, a_change, a_classification, a_ticket, a_write, an_approval, an_event, minutes


def named(key: str) -> Change:
    """A change that began at noon, in whose session a ticket is named."""
    found = a_classification(references=[Reference(key=key, place="session name")])
    return a_change(a_write(an_event(at=NOON), classification=found))


def coverage(change: Change, *tickets: Ticket) -> Coverage:
    return correlate(change, Consulted(tickets=tickets), CorrelationRules()).coverage


def test_a_moved_ticket_counts_under_the_key_that_people_still_write() -> None:
    ticket = replace(
        a_ticket("OPS-1", approvals=(an_approval(at=NOON - minutes(30)),)), former_keys=("OLD-7",)
    )

    assert coverage(named("OLD-7"), ticket) is Coverage.APPROVED_BEFORE
    assert coverage(named("OLD-8"), ticket) is Coverage.NONE


def test_a_deleted_ticket_is_told_as_such() -> None:
    match = correlate(named("OPS-1"), Consulted(deleted=("OPS-1",)), CorrelationRules())

    assert match.coverage is Coverage.NONE
    assert match.reasons[0] == "OPS-1 stands in the session name, but its ticket was deleted"


def test_an_approval_that_was_taken_back_before_the_change_does_not_count() -> None:
    approval = an_approval(at=NOON - minutes(60))
    taken_back = replace(approval, decision=ApprovalDecision.WITHDRAWN, at=NOON - minutes(30))

    assert coverage(named("OPS-1"), a_ticket(approvals=(approval, taken_back))) is Coverage.NOT_APPROVED


def test_an_approval_that_was_taken_back_after_the_change_did_stand() -> None:
    approval = an_approval(at=NOON - minutes(60))
    taken_back = replace(approval, decision=ApprovalDecision.WITHDRAWN, at=NOON + minutes(30))

    assert coverage(named("OPS-1"), a_ticket(approvals=(approval, taken_back))) is Coverage.APPROVED_BEFORE


def test_a_refusal_that_was_taken_back_stands_in_no_approvals_way() -> None:
    refusal = an_approval("frank@example.com", at=NOON - minutes(60), declined=True)
    taken_back = replace(refusal, decision=ApprovalDecision.WITHDRAWN, at=NOON - minutes(50))
    approval = an_approval(at=NOON - minutes(30))

    ticket = a_ticket(approvals=(refusal, taken_back, approval))

    assert coverage(named("OPS-1"), ticket) is Coverage.APPROVED_BEFORE
