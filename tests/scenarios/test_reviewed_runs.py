"""A pipeline deploys: what GitHub and GitLab tell of its run decides how the change stands."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from drift.model.event import ChangeEvent, Issuer
from drift.model.ticket import ApprovalDecision, Deployment, EnvironmentApproval, PullRequest, Review
from drift.model.verdict import ActorKind, Disposition
from drift.stages.decide import DecisionRules
from drift.store.database import Database
from tests.builders import NOON, a_deployment, a_principal, a_review, an_event, minutes
from tests.providers.github.service import github
from tests.providers.github.told import run as run_at_github
from tests.providers.gitlab.service import gitlab
from tests.providers.gitlab.told import run as run_at_gitlab
from tests.providers.state_stores.proxy import Proxy
from tests.scenarios.cloud import Watch

SUBJECTS = {
    "github": "repo:example/infra:environment:production",
    "gitlab": "project_path:example/infra:ref_type:branch:ref:main",
}


class Forge:
    """A code host that can be told what happens there, and the program that asks it."""

    def __init__(self, kind: str, proxy: Proxy, run: Callable[[Deployment], None], watch: Watch) -> None:
        self.kind, self.proxy, self.run, self.watch = kind, proxy, run, watch

    def deployed(self, run: Deployment) -> tuple[Disposition, str]:
        """Let a run make a change at noon; return how it stands an hour later, and why."""
        self.run(run)
        self.watch.told(self.write(run.run_id), minute=60)
        row = self.watch.change()
        assert row.judgement is not None
        return row.judgement.decision.disposition, " ".join(row.judgement.match.reasons)

    def write(self, run_id: str) -> ChangeEvent:
        """A write in the session that a run opened with its token."""
        issuer = Issuer(name=self.kind, is_pipeline=True, subject=SUBJECTS[self.kind])
        principal = a_principal(
            "terraform-deploy",
            kind=ActorKind.MACHINE,
            role="terraform-deploy",
            session_name=f"GitHubActions-{run_id}",
            issuer=issuer,
        )
        return an_event(event_id=f"write of {run_id}", principal=principal)


@contextmanager
def _at_github(database: Database) -> Iterator[Forge]:
    with github() as hub:
        watch = Watch(database=database, code_hosts={"github": hub.host}, decision=DecisionRules())
        yield Forge("github", hub.proxy, lambda one: run_at_github(hub, one), watch)


@contextmanager
def _at_gitlab(database: Database) -> Iterator[Forge]:
    with gitlab() as lab:
        watch = Watch(database=database, code_hosts={"gitlab": lab.host}, decision=DecisionRules())
        yield Forge("gitlab", lab.proxy, lambda one: run_at_gitlab(lab, one), watch)


@pytest.fixture(params=[_at_github, _at_gitlab], ids=["github", "gitlab"])
def forge(request: pytest.FixtureRequest, database: Database) -> Iterator[Forge]:
    with request.param(database) as opened:
        yield opened


def a_run(*reviews: Review, **facts: object) -> Deployment:
    """The run of a pull request that was merged into a protected branch, and what it deployed."""
    run = a_deployment(*reviews)
    assert run.pull_request is not None
    proposal = replace(run.pull_request, base_branch="main", merge_sha=run.head_sha)
    known: dict[str, object] = {"event": "push", "is_branch_protected": True, "pull_request": proposal}
    return replace(run, **{**known, **facts})  # type: ignore[arg-type]


def proposed(run: Deployment, **facts: object) -> Deployment:
    assert run.pull_request is not None
    proposal: PullRequest = replace(run.pull_request, **facts)  # type: ignore[arg-type]
    return replace(run, pull_request=proposal)


def test_a_reviewed_run_is_authorised(forge: Forge) -> None:
    disposition, why = forge.deployed(a_run(a_review()))

    assert disposition is Disposition.AUTHORISED
    assert "erin@example.com approved the pull request before the first write" in why


def test_approved_then_pushed_to_then_merged_is_not_approved(forge: Forge) -> None:
    disposition, why = forge.deployed(a_run(a_review(commit="0dd")))

    assert disposition is Disposition.UNTICKETED
    assert "was pushed to after its last approval" in why


def test_a_run_that_nobody_reviewed_is_not_approved(forge: Forge) -> None:
    disposition, why = forge.deployed(a_run())

    assert disposition is Disposition.UNTICKETED
    assert "nobody approved pull request #7" in why


def test_a_push_without_a_pull_request_is_not_approved(forge: Forge) -> None:
    disposition, why = forge.deployed(a_run(pull_request=None))

    assert disposition is Disposition.UNTICKETED
    assert "it deployed no pull request" in why


def test_a_run_from_an_unprotected_branch_that_was_not_merged_is_not_approved(forge: Forge) -> None:
    run = a_run(a_review(), ref="refs/heads/quick-fix", is_branch_protected=False)

    disposition, why = forge.deployed(proposed(run, merged_at=None, merged_by=None, merge_sha=None))

    assert disposition is Disposition.UNTICKETED
    assert "which nothing protects" in why


def test_the_authors_own_approval_does_not_count(forge: Forge) -> None:
    disposition, why = forge.deployed(a_run(a_review("dave@example.com")))

    assert disposition is Disposition.UNTICKETED
    assert "nobody but dave@example.com, who made the change" in why


def test_the_approval_of_who_pushed_to_it_does_not_count(forge: Forge) -> None:
    disposition, _ = forge.deployed(proposed(a_run(a_review()), committers=("erin@example.com",)))

    assert disposition is Disposition.UNTICKETED


@pytest.mark.parametrize("by", ["erin@example.com", "dave@example.com"])
def test_the_approval_of_who_starts_the_run_by_hand_does_not_count(forge: Forge, by: str) -> None:
    event = {"github": "workflow_dispatch", "gitlab": "web"}[forge.kind]

    disposition, _ = forge.deployed(a_run(a_review(by), event=event, actor=by))

    assert disposition is Disposition.UNTICKETED


def test_a_review_that_came_after_the_first_write_came_too_late(forge: Forge) -> None:
    disposition, _ = forge.deployed(a_run(a_review(at=NOON + minutes(1))))

    assert disposition is Disposition.RETROACTIVE


@pytest.mark.parametrize(
    ("by", "disposition"),
    [("erin@example.com", Disposition.AUTHORISED), ("dave@example.com", Disposition.UNTICKETED)],
)
def test_who_lets_the_run_go_on_to_its_environment_approves_it_unless_it_is_their_own(
    forge: Forge, by: str, disposition: Disposition
) -> None:
    approval = EnvironmentApproval(
        environment="production", by=by, decision=ApprovalDecision.APPROVED, at=NOON - minutes(1)
    )

    found, _ = forge.deployed(a_run(approvals=(approval,)))

    assert found is disposition


def test_a_host_that_cannot_be_asked_is_asked_again_and_never_counts_as_no_review(forge: Forge) -> None:
    run = a_run(a_review())
    forge.run(run)
    forge.watch.deliver(forge.write(run.run_id))
    forge.proxy.refuse(503, b"{}")

    assert forge.watch.problems(60) != ()
    row = forge.watch.change()
    assert row.judgement is not None
    assert row.judgement.decision.disposition is Disposition.PENDING
