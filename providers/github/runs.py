"""A workflow run: what it deployed, who started it, and who let it go on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from drift.model.ticket import ApprovalDecision, Deployment, EnvironmentApproval
from providers.github import documents as github
from providers.github.api import RepositoryApi
from providers.github.branches import guarded
from providers.github.proposals import proposal_of

BY_HAND = frozenset({"workflow_dispatch", "repository_dispatch"})
"""Events that somebody brings about in order to have a run."""

WAITING = frozenset({"waiting", "pending"})

MOST_ATTEMPTS = 20
"""Who had it run more often than that is not asked."""

MOST_DEPLOYMENTS = 30
"""One commit is deployed to a few environments, a few times."""


def run_of(api: RepositoryApi, run_id: str) -> github.Run:
    """Return a run.

    Raises:
        NotThereError: There is none.
    """
    return api.get(f"actions/runs/{run_id}", github.Run, doing=f"reading the run {run_id}")


def deployment_of(api: RepositoryApi, run: github.Run, is_scan: Callable[[str], bool]) -> Deployment:
    """Return a run with everything that is known of it."""
    reached = _reached(api, run)
    branch = guarded(api, run.head_branch) if run.head_branch and not run.is_of_fork else None
    newest = max(reached, key=lambda one: one.deployed.created_at, default=None)
    return Deployment(
        run_id=str(run.id),
        run_url=run.html_url,
        repository=run.repository.full_name if run.repository else api.name,
        ref=_ref(run, is_branch=branch is not None),
        head_sha=run.head_sha,
        actor=github.login_of(run.actor),
        environment=newest.deployed.environment if newest else None,
        started_at=min(run.created_at, run.run_started_at or run.created_at),
        finished_at=_finished_at(api, run),
        conclusion=run.conclusion,
        pull_request=proposal_of(api, run.head_sha, run.head_branch, is_scan),
        approvals=_approvals(api, run, reached),
        attempt=run.run_attempt,
        event=run.event,
        dispatched_by=github.login_of(run.actor) if run.event in BY_HAND else None,
        rerun_by=_rerun_by(api, run),
        workflow=run.path.partition("@")[0] if run.path else None,
        is_branch_protected=False if run.is_of_fork else branch.is_protected if branch else None,
        undoes_commit=_undone(api, newest) if newest else None,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reached:
    """A deployment of the run to an environment, and how it went, in order of time."""

    deployed: github.Deployed
    statuses: Sequence[github.DeploymentStatus]

    @property
    def went_on_at(self) -> datetime | None:
        """When it no longer waited."""
        return next((one.created_at for one in self.statuses if one.state not in WAITING), None)


def _ref(run: github.Run, *, is_branch: bool) -> str:
    """Return what was deployed. GitHub names a tag where a branch would stand."""
    if run.head_branch is None:
        return run.head_sha
    if run.is_of_fork:
        return f"{run.head_repository.full_name if run.head_repository else 'fork'}:{run.head_branch}"
    return f"refs/{'heads' if is_branch else 'tags'}/{run.head_branch}"


def _finished_at(api: RepositoryApi, run: github.Run) -> datetime | None:
    """Return when the last job ended: the run itself tells only when something about it changed."""
    if run.status != "completed":
        return None
    doing = f"reading the jobs of the run {run.id}"
    pages = api.list(f"actions/runs/{run.id}/jobs", github.Jobs, doing=doing, filter="all")
    ends = [job.completed_at for page in pages for job in page.jobs if job.completed_at]
    return max(ends, default=run.run_started_at or run.created_at)


def _rerun_by(api: RepositoryApi, run: github.Run) -> tuple[str, ...]:
    """Return who had it run again, in that order."""
    if run.run_attempt < 2:
        return ()
    earlier = range(2, min(run.run_attempt, MOST_ATTEMPTS))
    doing = f"reading the attempts of the run {run.id}"
    attempts = [api.get(f"actions/runs/{run.id}/attempts/{one}", github.Run, doing=doing) for one in earlier]
    return tuple(github.login_of(one.triggering_actor) for one in (*attempts, run))


def _reached(api: RepositoryApi, run: github.Run) -> list[_Reached]:
    """Return the run's deployments: those of its commit whose statuses lead to it."""
    doing = f"reading the deployments of {run.head_sha[:12]}"
    pages = api.list("deployments", list[github.Deployed], doing=doing, sha=run.head_sha)
    found = []
    for one in [one for page in pages for one in page][:MOST_DEPLOYMENTS]:
        statuses = api.list(f"deployments/{one.id}/statuses", list[github.DeploymentStatus], doing=doing)
        in_order = sorted((each for page in statuses for each in page), key=lambda each: each.created_at)
        if any(_leads_to(each.log_url or each.target_url or "", run) for each in in_order):
            found.append(_Reached(deployed=one, statuses=in_order))
    return found


def _leads_to(url: str, run: github.Run) -> bool:
    return f"/actions/runs/{run.id}/" in f"{url}/"


def _approvals(
    api: RepositoryApi, run: github.Run, reached: Sequence[_Reached]
) -> tuple[EnvironmentApproval, ...]:
    doing = f"reading the approvals of the run {run.id}"
    said = api.get(f"actions/runs/{run.id}/approvals", list[github.Approval], doing=doing)
    went_on = {one.deployed.environment: one.went_on_at for one in reached}
    decisions = {"approved": ApprovalDecision.APPROVED, "rejected": ApprovalDecision.DECLINED}
    return tuple(
        EnvironmentApproval(
            environment=environment.name,
            by=github.login_of(one.user),
            decision=decisions[one.state],
            at=went_on.get(environment.name),
            is_known=one.user is not None and one.user.login != github.GHOST,
        )
        for one in said
        if one.state in decisions
        for environment in one.environments
    )


def _undone(api: RepositoryApi, newest: _Reached) -> str | None:
    """Return the commit that was there before, if this one is an older one of its line."""
    deployed = newest.deployed
    doing = f"reading the deployments to {deployed.environment}"
    before = [
        one
        for one in api.get(
            "deployments", list[github.Deployed], doing=doing, environment=deployed.environment, per_page=30
        )
        if one.created_at < deployed.created_at
    ]
    last = max(before, key=lambda one: one.created_at, default=None)
    if last is None or last.sha == deployed.sha:
        return None
    path = f"compare/{last.sha}...{deployed.sha}"
    compared = api.get(path, github.Comparison, doing=f"comparing {deployed.sha[:12]}", per_page=1)
    return last.sha if compared.status == "behind" else None
