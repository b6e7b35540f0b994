"""What did a run deploy: what was reviewed, or something else? And who let it go on?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drift.model.ticket import Approval, Deployment, PullRequest
from drift.stages.correlate.case import Case

SHORT = 12
"""Characters by which people tell commits apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LetGoOn:
    """What somebody said of a run that waited before an environment."""

    environment: str
    approval: Approval


def why_not_reviewed(deployment: Deployment, pull_request: PullRequest) -> str | None:
    """Say why the review of a pull request says nothing of what was deployed; `None` if it does."""
    what, sha = f"pull request #{pull_request.number}", deployment.head_sha
    if pull_request.merged_at is None:
        if sha != pull_request.head_sha:
            return f"it deployed {sha[:SHORT]}, which is not the final head of {what}"
        if deployment.is_branch_protected is False:
            return f"it ran from {deployment.ref}, which nothing protects, and {what} was not merged"
    elif pull_request.merge_sha is not None and sha not in {pull_request.merge_sha, pull_request.head_sha}:
        return f"it deployed {sha[:SHORT]}, which is not what {what} became when it was merged"
    return None


def let_go_on(case: Case, deployment: Deployment) -> Sequence[LetGoOn]:
    """Return what was said before the run went on to the environment that the change was made in.

    What has no time, or was said by an account that is deleted, is left out: it shows nothing.
    """
    environment = _environment(case) or deployment.environment
    return [
        LetGoOn(environment=one.environment, approval=Approval(by=one.by, decision=one.decision, at=one.at))
        for one in deployment.approvals
        if one.environment == environment and one.is_known and one.at is not None
    ]


def remarks_on(deployment: Deployment) -> Iterator[str]:
    """Say what else is to be known of a run: that it failed, or undoes another change."""
    if deployment.is_failed:
        yield f"the run ended in {deployment.conclusion}"
    if deployment.undoes_commit:
        before = deployment.undoes_commit[:SHORT]
        yield f"it is a rollback: it deployed an older commit than {before}, which was there before"
    if deployment.pull_request and deployment.pull_request.reverts is not None:
        yield f"it takes pull request #{deployment.pull_request.reverts} back"
    if deployment.is_branch_protected is False:
        yield f"nothing protects {deployment.ref}"


def _environment(case: Case) -> str | None:
    """Return the environment that the run's token names: `repo:example/infra:environment:production`."""
    subject = case.change.actor.subject or ""
    return subject.partition(":environment:")[2].replace("%3A", ":") or None
