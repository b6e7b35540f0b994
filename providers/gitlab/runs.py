"""A pipeline's run: what it deployed, who started it, and who let it go on."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from drift.model.ticket import ApprovalDecision, Deployment, EnvironmentApproval
from providers.gitlab import documents as gitlab
from providers.gitlab.api import ProjectApi, segment
from providers.gitlab.proposals import ENDED, proposal_of
from providers.gitlab.refusals import NotThereError

BY_HAND = frozenset({"web", "api", "trigger", "chat", "webide"})
"""Sources of runs that somebody starts. https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable"""

DECISIONS = {"approved": ApprovalDecision.APPROVED, "rejected": ApprovalDecision.DECLINED}

CONCLUSIONS = {"failed": "failure", "canceled": "cancelled"}
"""The words that the other hosts have for it."""

PROPOSED = "refs/merge-requests/"
"""How the refs of merge requests begin."""

LATER = timedelta(days=1)
"""A deployment is not updated later than this after its run has ended."""


def deployment_of(
    api: ProjectApi, project: gitlab.Project, run: gitlab.Pipeline, is_scan: Callable[[str], bool]
) -> Deployment:
    """Return a run with everything that is known of it."""
    deployed = _deployed(api, run)
    newest = max(deployed, key=lambda one: one.created_at, default=None)
    return Deployment(
        run_id=str(run.id),
        run_url=run.web_url,
        repository=project.path_with_namespace,
        ref=run.ref if run.ref.startswith(PROPOSED) else f"refs/{'tags' if run.tag else 'heads'}/{run.ref}",
        head_sha=run.sha,
        actor=gitlab.name_of(run.user),
        environment=newest.environment.name if newest and newest.environment else None,
        started_at=min(run.created_at, run.started_at or run.created_at),
        finished_at=run.finished_at if run.status in ENDED else None,
        conclusion=CONCLUSIONS.get(run.status, run.status) if run.status in ENDED else None,
        pull_request=proposal_of(api, run.sha, run.ref, is_scan),
        approvals=tuple(one for each in deployed for one in _approvals(each)),
        event=run.source,
        dispatched_by=_dispatched_by(run, newest),
        rerun_by=_rerun_by(api, run),
        workflow=project.ci_config_path or gitlab.DEFAULT_CONFIG,
        is_branch_protected=None if run.tag else _is_protected(api, run.ref),
        undoes_commit=_undone(api, newest) if newest else None,
    )


def _deployed(api: ProjectApi, run: gitlab.Pipeline) -> Sequence[gitlab.Deployed]:
    """Return the deployments of a run, each with what was said while it waited."""
    doing = f"reading the deployments of the pipeline {run.id}"
    spanned = {"updated_after": run.created_at.isoformat()}
    if run.finished_at is not None:
        spanned["updated_before"] = (run.finished_at + LATER).isoformat()
    some = api.list("deployments", gitlab.Deployed, doing=doing, order_by="updated_at", sort="asc", **spanned)
    own = [one for one in some if one.deployable and one.deployable.pipeline == gitlab.OfPipeline(run.id)]
    return [api.get(f"deployments/{one.id}", gitlab.Deployed, doing=doing) for one in own]


def _approvals(deployed: gitlab.Deployed) -> Sequence[EnvironmentApproval]:
    return [
        EnvironmentApproval(
            environment=deployed.environment.name if deployed.environment else "",
            by=gitlab.name_of(one.user),
            decision=DECISIONS[one.status],
            at=one.created_at,
            is_known=gitlab.is_known(one.user),
        )
        for one in deployed.approvals
        if one.status in DECISIONS
    ]


def _dispatched_by(run: gitlab.Pipeline, newest: gitlab.Deployed | None) -> str | None:
    """Return who started the run by hand, or else its job that deploys: somebody may have pressed Play."""
    if run.source in BY_HAND:
        return gitlab.name_of(run.user)
    if newest and newest.user and newest.user != run.user:
        return newest.user.username
    return None


def _rerun_by(api: ProjectApi, run: gitlab.Pipeline) -> tuple[str, ...]:
    """Return who played or retried jobs of a run that they did not start."""
    doing = f"reading the jobs of the pipeline {run.id}"
    jobs = api.list(f"pipelines/{run.id}/jobs", gitlab.Job, doing=doing, include_retried="true")
    return tuple(sorted({gitlab.name_of(one.user) for one in jobs if one.user and one.user != run.user}))


def _is_protected(api: ProjectApi, branch: str) -> bool | None:
    """Tell whether a branch is protected; whoever proposes something pushes to it what they like."""
    if branch.startswith(PROPOSED):
        return False
    doing = f"reading the branch {branch}"
    try:
        return api.get(f"repository/branches/{segment(branch)}", gitlab.Branch, doing=doing).protected
    except NotThereError:
        return None


def _undone(api: ProjectApi, newest: gitlab.Deployed) -> str | None:
    """Return the commit that was there before, if this one is an older one of its line."""
    if newest.environment is None:
        return None
    doing = f"reading the deployments to {newest.environment.name}"
    before = api.get(
        "deployments",
        list[gitlab.Deployed],
        doing=doing,
        environment=newest.environment.name,
        status="success",
        order_by="id",
        sort="desc",
        per_page=20,
    )
    last = max(
        (one for one in before if one.created_at < newest.created_at),
        key=lambda one: one.created_at,
        default=None,
    )
    if last is None or last.sha == newest.sha:
        return None
    path = f"repository/merge_base?refs[]={last.sha}&refs[]={newest.sha}"
    base = api.get(path, gitlab.MergeBase, doing=f"comparing {newest.sha[:12]}")
    return last.sha if base.id == newest.sha else None
