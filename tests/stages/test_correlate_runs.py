"""Pipeline runs: which approvals count for what was deployed, and which do not."""

from dataclasses import replace

import pytest

from drift.model.change import Change
from drift.model.consulted import Consulted
from drift.model.ticket import (
    ApprovalDecision,
    Coverage,
    Deployment,
    EnvironmentApproval,
    PullRequest,
    Review,
    TicketMatch,
)
from drift.model.verdict import ActorKind, Channel
from drift.stages.correlate import CorrelationRules, correlate
from tests.builders import (
    NOON,
    a_change,
    a_classification,
    a_deployment,
    a_review,
    a_write,
    an_actor,
    minutes,
)

RULES = CorrelationRules(aliases={"dave-gh": "dave@example.com"})
PRODUCTION = "repo:example/infra:environment:production"


def deployed(subject: str | None = None) -> Change:
    """A pipeline's change that began at noon."""
    actor = an_actor("terraform-deploy", kind=ActorKind.MACHINE, subject=subject)
    found = a_classification(channel=Channel.PIPELINE, run_id="9182736455", pipeline="deploy")
    return a_change(a_write(actor=actor, classification=found))


def ask(deployment: Deployment, change: Change | None = None) -> TicketMatch:
    return correlate(change or deployed(), Consulted(deployment=deployment), RULES)


def a_run(*reviews: Review) -> Deployment:
    """The run of a pull request that was merged, with what hosts tell of it."""
    run = a_deployment(*reviews)
    return of(run, base_branch="main", merge_sha=run.head_sha, is_branch_protected=True)


def of(run: Deployment, *, is_branch_protected: bool | None = None, **facts: object) -> Deployment:
    assert run.pull_request is not None
    proposal: PullRequest = replace(run.pull_request, **facts)  # type: ignore[arg-type]
    return replace(run, pull_request=proposal, is_branch_protected=is_branch_protected)


def let_go(by: str = "erin@example.com", *, minutes_before: int = 1, **facts: object) -> EnvironmentApproval:
    said = EnvironmentApproval(
        environment="production",
        by=by,
        decision=ApprovalDecision.APPROVED,
        at=NOON - minutes(minutes_before),
    )
    return replace(said, **facts)  # type: ignore[arg-type]


# Whose review counts


def test_a_review_of_the_final_head_by_somebody_else_covers_what_it_became() -> None:
    match = ask(a_run(a_review()))

    assert (match.coverage, match.approver) == (Coverage.APPROVED_BEFORE, "erin@example.com")


def test_a_stale_approval_does_not_count_even_after_the_merge() -> None:
    match = ask(a_run(a_review(commit="0dd")))

    assert match.coverage is Coverage.NOT_APPROVED
    assert "pull request #7 was pushed to after its last approval" in match.reasons[0]


@pytest.mark.parametrize(
    "facts",
    [
        {"author": "erin@example.com"},
        {"committers": ("dave@example.com", "erin@example.com")},
        {"head_committer": "erin@example.com"},
        {"author": "dave@example.com", "reviews": (a_review("dave-gh"),)},
    ],
    ids=["author", "committer", "head-committer", "author-under-another-name"],
)
def test_an_approval_by_somebody_who_wrote_some_of_it_does_not_count(facts: dict[str, object]) -> None:
    match = ask(of(a_run(a_review()), **facts))

    assert match.coverage is Coverage.NOT_APPROVED
    assert "who made the change" in match.reasons[0]


def test_an_approval_by_who_started_the_run_by_hand_does_not_count() -> None:
    match = ask(replace(a_run(a_review()), event="workflow_dispatch", dispatched_by="erin@example.com"))

    assert match.coverage is Coverage.NOT_APPROVED
    assert "nobody but erin@example.com, who made the change" in match.reasons[0]


def test_who_merges_what_somebody_else_wrote_may_have_approved_it() -> None:
    """
    A push starts the run then, and its actor is who merged.
    """
    match = ask(of(replace(a_run(a_review()), actor="erin@example.com"), merged_by="erin@example.com"))

    assert match.coverage is Coverage.APPROVED_BEFORE


def test_a_review_that_decides_nothing_does_not_count_and_the_reason_is_told() -> None:
    match = ask(a_run(replace(a_review("renovate[bot]"), no_say="renovate[bot] is a machine")))

    assert match.coverage is Coverage.NOT_APPROVED
    assert match.reasons[0].endswith("whose word counts: renovate[bot] is a machine")


def test_changes_that_a_machine_asks_for_hold_nothing_up() -> None:
    asked = replace(a_review("scanner[bot]", state="changes_requested"), no_say="scanner[bot] is a machine")

    assert ask(a_run(a_review(), asked)).coverage is Coverage.APPROVED_BEFORE


# What was deployed


def test_a_run_of_a_commit_before_the_final_head_is_not_covered_by_its_review() -> None:
    run = of(replace(a_run(a_review()), head_sha="0dd"), merged_at=None, merge_sha=None)

    match = ask(run)

    assert match.coverage is Coverage.NOT_APPROVED
    assert "it deployed 0dd, which is not the final head of pull request #7" in match.reasons[0]


def test_a_run_of_another_commit_than_the_merge_is_not_covered_by_its_review() -> None:
    match = ask(of(a_run(a_review()), head_sha="beef", merge_sha="feed"))

    assert match.coverage is Coverage.NOT_APPROVED
    assert "which is not what pull request #7 became when it was merged" in match.reasons[0]


def test_a_run_from_an_unprotected_branch_before_the_merge_is_not_covered() -> None:
    """
    Whoever may push there could have skipped every check, and deploy again what they like.
    """
    run = of(a_run(a_review()), is_branch_protected=False, merged_at=None, merge_sha=None)

    match = ask(replace(run, ref="refs/heads/quick-fix"))

    assert match.coverage is Coverage.NOT_APPROVED
    assert "it ran from refs/heads/quick-fix, which nothing protects" in match.reasons[0]


def test_what_was_reviewed_and_merged_is_covered_although_nothing_protects_the_branch() -> None:
    match = ask(replace(a_run(a_review()), is_branch_protected=False))

    assert match.coverage is Coverage.APPROVED_BEFORE
    assert match.reasons[1:] == ("nothing protects refs/heads/main",)


def test_a_run_before_the_merge_is_covered_by_the_review_of_the_final_head() -> None:
    run = of(a_run(a_review()), is_branch_protected=None, merged_at=None, merge_sha=None)

    assert ask(run).coverage is Coverage.APPROVED_BEFORE


# Who let it go on


def test_who_lets_a_run_go_on_to_its_environment_approves_it() -> None:
    run = replace(a_run(), approvals=(let_go(),))

    match = ask(run, deployed(PRODUCTION))

    assert (match.coverage, match.approver) == (Coverage.APPROVED_BEFORE, "erin@example.com")
    assert match.approved_at == NOON - minutes(1)
    assert "erin@example.com approved the run for production before the first write" in match.reasons[0]


@pytest.mark.parametrize(
    "said",
    [
        let_go("dave@example.com"),
        let_go("dave-gh"),
        let_go(environment="staging"),
        let_go(is_known=False, by="ghost"),
        let_go(at=None),
        let_go(decision=ApprovalDecision.DECLINED),
    ],
    ids=["author", "author-under-another-name", "other-environment", "deleted", "no-time", "declined"],
)
def test_a_word_that_shows_nothing_lets_nothing_go_on(said: EnvironmentApproval) -> None:
    run = replace(a_run(), approvals=(said,))

    assert ask(run, deployed(PRODUCTION)).coverage is Coverage.NOT_APPROVED


def test_an_approval_of_the_environment_by_who_started_the_run_does_not_count() -> None:
    run = replace(a_run(), approvals=(let_go(),), dispatched_by="erin@example.com", event="workflow_dispatch")

    assert ask(run, deployed(PRODUCTION)).coverage is Coverage.NOT_APPROVED


def test_a_run_that_was_let_go_on_only_after_the_first_write_was_not_approved_before() -> None:
    run = replace(a_run(), approvals=(let_go(minutes_before=-1),))

    assert ask(run, deployed(PRODUCTION)).coverage is Coverage.AFTERWARDS


# What it undoes


def test_a_run_that_failed_or_undoes_another_one_says_so() -> None:
    run = of(a_run(a_review()), reverts=5)

    match = ask(replace(run, undoes_commit="abe1", conclusion="failure"))

    assert match.reasons[1:] == (
        "the run ended in failure",
        "it is a rollback: it deployed an older commit than abe1, which was there before",
        "it takes pull request #5 back",
    )
