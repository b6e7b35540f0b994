"""Has GitLab tell of a pipeline run, as it would if that had happened."""

from dataclasses import replace

from drift.model.ticket import ApprovalDecision, Deployment, PullRequest
from tests.builders import minutes
from tests.providers.code_service import Document
from tests.providers.gitlab.service import Lab, a_project, a_user

STATUSES = {"success": "success", "failure": "failed", None: "running"}

DECISIONS = {ApprovalDecision.APPROVED: "approved", ApprovalDecision.DECLINED: "rejected"}


def told(one: Deployment) -> Deployment:
    """Return what GitLab can tell of a run: comments are no reviews there, and rules name no checks."""
    proposal = one.pull_request
    if proposal:
        reviews = tuple(each for each in proposal.reviews if each.state != "commented")
        proposal = replace(proposal, reviews=reviews, required_checks=None)
    return replace(one, pull_request=proposal, workflow=".gitlab-ci.yml")


def run(lab: Lab, one: Deployment) -> None:
    """Let a pipeline run, or go on."""
    project = one.repository
    if f"projects/{project}" not in lab.service.documents:
        lab.put("", a_project(project), project)
    branch = one.ref.removeprefix("refs/heads/")
    protected = {"name": branch, "protected": bool(one.is_branch_protected)}
    lab.put(f"repository/branches/{branch}", protected, project)
    pipeline = {
        "id": int(one.run_id),
        "sha": one.head_sha,
        "ref": branch,
        "tag": False,
        "status": STATUSES[one.conclusion],
        "source": one.event,
        "web_url": one.run_url,
        "created_at": one.started_at,
        "started_at": one.started_at,
        "updated_at": one.finished_at or one.started_at,
        "finished_at": one.finished_at,
        "user": a_user(one.actor),
    }
    lab.put(f"pipelines/{one.run_id}", pipeline, project)
    job = {"id": 1, "name": "apply", "status": "success", "finished_at": None, "user": a_user(one.actor)}
    lab.put(f"pipelines/{one.run_id}/jobs", [job], project)
    _deploy(lab, one)
    lab.put(f"repository/commits/{one.head_sha}/merge_requests", [], project)
    if one.pull_request:
        propose(lab, one.pull_request, one, project)


def propose(lab: Lab, one: PullRequest, deployed: Deployment, project: str) -> None:
    """Have a merge request of a commit that was deployed."""
    root = f"merge_requests/{one.number}"
    request = {
        "iid": one.number,
        "title": one.title,
        "description": one.reverts and f"This reverts merge request !{one.reverts}",
        "web_url": one.url,
        "state": "merged" if one.merged_at else "opened",
        "sha": one.head_sha,
        "author": a_user(one.author),
        "target_branch": one.base_branch,
        "source_branch": "open-the-port",
        "merged_at": one.merged_at,
        "merge_user": a_user(one.merged_by),
        "merge_commit_sha": one.merge_sha,
        "squash_commit_sha": None,
    }
    lab.put(f"repository/commits/{deployed.head_sha}/merge_requests", [request], project)
    lab.put(root, request, project)
    approved = [each for each in one.reviews if each.state == "approved"]
    lab.put(
        f"{root}/approvals",
        {"approved_by": [{"user": a_user(each.by), "approved_at": each.at} for each in approved]},
        project,
    )
    versions: list[Document] = [
        {"id": number, "head_commit_sha": each.commit, "created_at": each.at - minutes(1)}
        for number, each in enumerate(approved)
    ]
    lab.put(f"{root}/versions", versions, project)
    refused = [each for each in one.reviews if each.state == "changes_requested"]
    reviewers = [
        {"user": a_user(each.by), "state": "requested_changes", "created_at": each.at} for each in refused
    ]
    lab.put(f"{root}/reviewers", reviewers, project)
    commits = [
        {"id": f"{number:04x}", "author_email": name, "committer_email": name}
        for number, name in enumerate(one.committers)
    ]
    if one.head_committer:
        by = one.head_committer
        commits.append({"id": one.head_sha, "author_email": by, "committer_email": by})
    lab.put(f"{root}/commits", commits, project)
    statuses = [
        {
            "name": check.name,
            "status": "failed" if check.conclusion == "failure" else check.conclusion,
            "finished_at": check.completed_at,
        }
        for check in one.checks
    ]
    lab.put(f"repository/commits/{one.head_sha}/statuses", statuses, project)


def _deploy(lab: Lab, one: Deployment) -> None:
    """Have the run reach its environment."""
    if one.environment is None:
        return
    known = lab.service.documents.setdefault(f"projects/{one.repository}/deployments", [])
    id_ = int(one.run_id) % 100_000
    known[:] = [each for each in known if each["id"] != id_]
    deployed: Document = {
        "id": id_,
        "iid": 1,
        "sha": one.head_sha,
        "status": "success",
        "created_at": one.started_at,
        "updated_at": one.finished_at or one.started_at,
        "environment": {"id": 1, "name": one.environment},
        "deployable": {"id": 1, "pipeline": {"id": int(one.run_id), "sha": one.head_sha}},
        "user": a_user(one.actor),
    }
    known.append(deployed)
    said = [
        {"user": a_user(each.by), "status": DECISIONS[each.decision], "created_at": each.at, "comment": ""}
        for each in one.approvals
    ]
    lab.put(f"deployments/{id_}", {**deployed, "approvals": said}, one.repository)
