"""Whoever sets a label approves, and whoever takes it off takes that back."""

from datetime import timedelta

from drift.model.ticket import ApprovalDecision
from providers.label_approvals import LabelChange, LabelRules, approvals_by_label
from tests.builders import NOON

RULES = LabelRules(approved=("approved", "cab::yes"), declined=("declined",), approvers=())

A, D, W = ApprovalDecision.APPROVED, ApprovalDecision.DECLINED, ApprovalDecision.WITHDRAWN


def change(hour: int, by: str, label: str = "approved", *, is_set: bool = True) -> LabelChange:
    return LabelChange(label=label, is_set=is_set, at=NOON + timedelta(hours=hour), by=by)


def said(*changes: LabelChange, rules: LabelRules = RULES) -> list[tuple[str, ApprovalDecision]]:
    return [(one.by, one.decision) for one in approvals_by_label(changes, rules)]


def test_setting_a_label_approves_or_declines() -> None:
    assert said(change(0, "erin"), change(1, "frank", "declined"), change(2, "grace", "bug")) == [
        ("erin", A),
        ("frank", D),
    ]


def test_taking_it_off_takes_back_what_was_said_whoever_does() -> None:
    assert said(change(0, "erin"), change(1, "frank", is_set=False), change(2, "grace")) == [
        ("erin", A),
        ("erin", W),
        ("grace", A),
    ]


def test_taking_off_what_nobody_set_says_nothing() -> None:
    assert said(change(0, "erin", is_set=False)) == []


def test_labels_stand_each_for_itself() -> None:
    changes = (
        change(0, "erin"),
        change(1, "frank", "cab::yes"),
        change(2, "grace", "cab::yes", is_set=False),
    )

    assert said(*changes) == [("erin", A), ("frank", A), ("frank", W)]


def test_the_order_of_time_counts_and_not_that_of_the_answer() -> None:
    assert said(change(2, "grace"), change(1, "frank", is_set=False), change(0, "erin"))[-1] == ("grace", A)


def test_only_approvers_approve_and_anybody_declines() -> None:
    rules = LabelRules(approved=("approved",), declined=("declined",), approvers=("Erin",))

    found = said(change(0, "mallory"), change(1, "erin"), change(2, "frank", "declined"), rules=rules)

    assert found == [("erin", A), ("frank", D)]


def test_an_approver_who_finds_the_label_set_already_has_not_approved() -> None:
    """
    Somebody else set it: it must be taken off and set again.
    """
    rules = LabelRules(approved=("approved",), declined=(), approvers=("erin",))

    assert said(change(0, "mallory"), change(1, "mallory", is_set=False), rules=rules) == []
