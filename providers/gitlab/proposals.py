"""The merge request that a commit comes from, with who wrote, approved and tested it.

GitLab's approvals name no commit: an approval is of what was the head when it was given.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from drift.model.ticket import Check, PullRequest, Review
from providers.gitlab import documents as gitlab
from providers.gitlab.api import ProjectApi

APPROVED_NOTE = "approved this merge request"
"""How GitLab notes an approval, where it does not tell its time otherwise."""

REQUESTED_CHANGES = "requested_changes"

ENDED = frozenset({"success", "failed", "canceled", "skipped"})

REVERTS = re.compile(r"\bThis reverts merge request (?:[\w./-]+)?!(\d{1,9})\b")
"""What GitLab's own button "Revert" writes into the description."""


def proposal_of(
    api: ProjectApi, sha: str, branch: str | None, is_scan: Callable[[str], bool]
) -> PullRequest | None:
    """Return the merge request that a commit belongs to, or `None` if it was pushed without one."""
    path = f"repository/commits/{sha}/merge_requests"
    some = api.list(path, gitlab.MergeRequest, doing=f"reading the merge requests of {sha[:12]}")
    found = max(some, key=lambda one: _fitness(one, sha, branch), default=None)
    if found is None:
        return None
    what, root = f"the merge request !{found.iid}", f"merge_requests/{found.iid}"
    request = api.get(root, gitlab.MergeRequest, doing=f"reading {what}")
    commits = api.list(f"{root}/commits", gitlab.Commit, doing=f"reading the commits of {what}")
    return PullRequest(
        number=request.iid,
        url=request.web_url,
        title=request.title,
        author=gitlab.name_of(request.author),
        head_sha=request.sha,
        merged_at=request.merged_at,
        merged_by=gitlab.name_of(request.merge_user or request.merged_by) if request.merged_at else None,
        reviews=tuple(_reviews(api, root, what, request.sha)),
        checks=_checks(api, request.sha, is_scan),
        base_branch=request.target_branch,
        merge_sha=_merge_sha(request, sha) if request.merged_at else None,
        head_committer=next((one.committer_email for one in commits if one.id == request.sha), None),
        committers=tuple(
            sorted({each for one in commits for each in (one.author_email, one.committer_email)})
        ),
        reverts=_reverted(request),
    )


def _fitness(one: gitlab.MergeRequest, sha: str, branch: str | None) -> tuple[bool, bool, bool, int]:
    """Tell how well a merge request fits a commit: best is the one that became it."""
    is_merged = one.merged_at is not None
    return is_merged and sha in one.became, is_merged and one.target_branch == branch, is_merged, one.iid


def _merge_sha(request: gitlab.MergeRequest, sha: str) -> str:
    return sha if sha in request.became else request.became[0]


def _reviews(api: ProjectApi, root: str, what: str, head: str) -> Iterator[Review]:
    """Yield the approvals that still stand, and the reviewers who want changes."""
    approvals = api.get(f"{root}/approvals", gitlab.Approvals, doing=f"reading the approvals of {what}")
    versions = api.list(f"{root}/versions", gitlab.Version, doing=f"reading the versions of {what}")
    dated = [one for one in approvals.approved_by if one.approved_at]
    if len(dated) < len(approvals.approved_by):
        dated = list(_dated_by_notes(api, root, what, approvals.approved_by))
    for one in dated:
        if one.approved_at is not None:
            commit = _head_at(versions, one.approved_at) or head
            yield _review(one.user, "approved", commit, one.approved_at)
    for each in api.list(f"{root}/reviewers", gitlab.Reviewer, doing=f"reading the reviewers of {what}"):
        if each.state == REQUESTED_CHANGES:
            yield _review(each.user, "changes_requested", head, each.created_at)


def _review(user: gitlab.User | None, state: str, commit: str, at: datetime) -> Review:
    name, no_say = gitlab.name_of(user), None
    if not gitlab.is_known(user):
        no_say = "its author's account is deleted, so nobody can tell whose it is"
    elif gitlab.BOT.fullmatch(name):
        no_say = f"{name} is a machine"
    return Review(by=name, state=state, commit=commit, at=at, no_say=no_say)


def _dated_by_notes(
    api: ProjectApi, root: str, what: str, approvals: Sequence[gitlab.ApprovedBy]
) -> Iterator[gitlab.ApprovedBy]:
    """Yield the approvals with the time at which GitLab noted the latest of each person."""
    notes = api.list(f"{root}/notes", gitlab.Note, doing=f"reading the notes of {what}", sort="asc")
    noted = {
        gitlab.name_of(one.author): one.created_at
        for one in notes
        if one.system and one.body.startswith(APPROVED_NOTE)
    }
    for one in approvals:
        at = one.approved_at or noted.get(gitlab.name_of(one.user))
        yield gitlab.ApprovedBy(user=one.user, approved_at=at)


def _head_at(versions: Sequence[gitlab.Version], at: datetime) -> str | None:
    """Return what was the head at a time."""
    before = [one for one in versions if one.created_at <= at]
    return max(before, key=lambda one: one.created_at).head_commit_sha if before else None


def _checks(api: ProjectApi, sha: str, is_scan: Callable[[str], bool]) -> tuple[Check, ...]:
    """Return every job of a commit that has ended, each time it ran, and what others said of it."""
    path, doing = f"repository/commits/{sha}/statuses", f"reading the statuses of {sha[:12]}"
    found = [
        Check(
            name=one.name,
            conclusion="failure" if one.status == "failed" else one.status,
            completed_at=one.finished_at,
            is_security_scan=is_scan(one.name),
        )
        for one in api.list(path, gitlab.CommitStatus, doing=doing, all="true")
        if one.status in ENDED and one.finished_at is not None
    ]
    return tuple(sorted(found, key=lambda one: (one.completed_at, one.name)))


def _reverted(request: gitlab.MergeRequest) -> int | None:
    is_revert = request.title.startswith("Revert ")
    found = REVERTS.search(request.description or "") if is_revert else None
    return int(found[1]) if found else None
