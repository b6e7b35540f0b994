"""Has GitHub tell of a pipeline run, as it would if that had happened."""

from datetime import timedelta

from drift.model.ticket import ApprovalDecision, Deployment, PullRequest
from tests.providers.code_service import Document
from tests.providers.github.service import Hub, a_repository, a_user

DECISIONS = {ApprovalDecision.APPROVED: "approved", ApprovalDecision.DECLINED: "rejected"}


def run(hub: Hub, one: Deployment) -> None:
    """Let a pipeline run, or go on."""
    repository = one.repository
    is_new = f"repos/{repository}" not in hub.service.documents
    if is_new:
        hub.put("", a_repository(repository), repository)
    branch = one.ref.removeprefix("refs/heads/")
    checks = (one.pull_request and one.pull_request.required_checks) or ()
    hub.put(
        f"branches/{branch}",
        {
            "name": branch,
            "protected": bool(one.is_branch_protected),
            "protection": {
                "enabled": bool(one.is_branch_protected),
                "required_status_checks": {"enforcement_level": "everyone", "contexts": list(checks)},
            },
        },
        repository,
    )
    hub.put(f"rules/branches/{branch}", [], repository)
    hub.put(f"actions/runs/{one.run_id}", _run(one), repository)
    jobs = [{"id": 1, "name": "plan", "completed_at": one.started_at}]
    jobs += [{"id": 2, "name": "apply", "completed_at": one.finished_at}] if one.finished_at else []
    hub.put(f"actions/runs/{one.run_id}/jobs", jobs, repository)
    hub.put(f"actions/runs/{one.run_id}/approvals", _approvals(one), repository)
    _deploy(hub, one)
    hub.put(f"commits/{one.head_sha}/pulls", [], repository)
    if one.pull_request:
        propose(hub, one.pull_request, one.head_sha, repository)


def propose(hub: Hub, one: PullRequest, deployed: str, repository: str) -> None:
    """Have a pull request of a commit that was deployed."""
    head = {"ref": "open-the-port", "sha": one.head_sha}
    simple = {
        "number": one.number,
        "html_url": one.url,
        "title": one.title,
        "body": one.reverts and f"Reverts {repository}#{one.reverts}",
        "state": "closed" if one.merged_at else "open",
        "user": a_user(one.author),
        "head": head,
        "base": {"ref": one.base_branch, "sha": "ba5e"},
        "merged_at": one.merged_at,
        "merge_commit_sha": one.merge_sha,
    }
    hub.put(f"commits/{deployed}/pulls", [simple], repository)
    hub.put(f"pulls/{one.number}", {**simple, "merged_by": a_user(one.merged_by)}, repository)
    reviews = [
        {
            "id": number,
            "user": a_user(review.by),
            "body": "",
            "state": review.state.upper(),
            "commit_id": review.commit,
            "submitted_at": review.at,
            "author_association": "MEMBER",
        }
        for number, review in enumerate(one.reviews)
    ]
    hub.put(f"pulls/{one.number}/reviews", reviews, repository)
    people = [(name, f"{number:04x}") for number, name in enumerate(one.committers)]
    commits = [{"sha": sha, "author": a_user(name), "committer": a_user("web-flow")} for name, sha in people]
    if one.head_committer:
        by = a_user(one.head_committer)
        commits.append({"sha": one.head_sha, "author": by, "committer": by})
    hub.put(f"pulls/{one.number}/commits", commits, repository)
    runs = [
        {
            "id": number,
            "name": check.name,
            "status": "completed",
            "conclusion": check.conclusion,
            "completed_at": check.completed_at,
            "app": {"slug": "github-actions"},
        }
        for number, check in enumerate(one.checks)
    ]
    hub.put(f"commits/{one.head_sha}/check-runs", runs, repository)
    hub.put(f"commits/{one.head_sha}/statuses", [], repository)


def _run(one: Deployment) -> Document:
    return {
        "id": int(one.run_id),
        "name": "deploy",
        "html_url": one.run_url,
        "head_branch": one.ref.removeprefix("refs/heads/"),
        "head_sha": one.head_sha,
        "path": one.workflow,
        "run_attempt": one.attempt,
        "event": one.event,
        "status": "completed" if one.finished_at else "in_progress",
        "conclusion": one.conclusion,
        "created_at": one.started_at,
        "run_started_at": one.started_at,
        "updated_at": one.finished_at or one.started_at,
        "actor": a_user(one.actor),
        "triggering_actor": a_user(one.rerun_by[-1] if one.rerun_by else one.actor),
        "repository": a_repository(one.repository),
        "head_repository": a_repository(one.repository),
        "pull_requests": [],
    }


def _approvals(one: Deployment) -> Document:
    return [
        {
            "state": DECISIONS[approval.decision],
            "user": a_user(approval.by),
            "comment": "",
            "environments": [{"id": 1, "name": approval.environment}],
        }
        for approval in one.approvals
    ]


def _deploy(hub: Hub, one: Deployment) -> None:
    """Have the run reach its environment, after it waited there if somebody had to let it go on."""
    if one.environment is None:
        return
    known = hub.service.documents.setdefault(f"repos/{one.repository}/deployments", [])
    id_ = int(one.run_id) % 100_000
    known[:] = [each for each in known if each["id"] != id_]
    known.append(
        {"id": id_, "sha": one.head_sha, "environment": one.environment, "created_at": one.started_at}
    )
    went_on_at = next((each.at for each in one.approvals if each.at), one.started_at)
    statuses = [
        {"state": state, "created_at": at, "log_url": f"{one.run_url}/actions/runs/{one.run_id}/job/2"}
        for state, at in (
            ("in_progress", went_on_at),
            ("waiting", min(one.started_at, went_on_at - timedelta(seconds=1))),
        )
    ]
    hub.put(f"deployments/{id_}/statuses", statuses, one.repository)
