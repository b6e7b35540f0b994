"""The pull request that a commit comes from, with who wrote, reviewed and tested it."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from drift.model.ticket import Check, PullRequest, Review
from providers.github import documents as github
from providers.github.api import RepositoryApi
from providers.github.branches import UNKNOWN, guarded

INSIDERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""Whose reviews count for GitHub, if they may write. https://docs.github.com/graphql/reference/enums#commentauthorassociation"""

REVERTS = re.compile(r"\bReverts (?:[\w.-]+/[\w.-]+)?#(\d{1,9})\b")
"""What GitHub's own button "Revert" writes into the body."""

PENDING = "pending"

T = TypeVar("T")


def proposal_of(
    api: RepositoryApi, sha: str, branch: str | None, is_scan: Callable[[str], bool]
) -> PullRequest | None:
    """Return the pull request that a commit belongs to, or `None` if it was pushed without one."""
    pages = api.list(
        f"commits/{sha}/pulls", list[github.Proposal], doing=f"reading the pull requests of {sha[:12]}"
    )
    found = max(
        (one for page in pages for one in page), key=lambda one: _fitness(one, sha, branch), default=None
    )
    if found is None:
        return None
    what = f"the pull request #{found.number}"
    proposal = api.get(f"pulls/{found.number}", github.Proposal, doing=f"reading {what}")
    commits = _flat(
        api.list(f"pulls/{found.number}/commits", list[github.Commit], doing=f"reading the commits of {what}")
    )
    base = guarded(api, proposal.base.ref) or UNKNOWN
    return PullRequest(
        number=proposal.number,
        url=proposal.html_url,
        title=proposal.title,
        author=github.login_of(proposal.user),
        head_sha=proposal.head.sha,
        merged_at=proposal.merged_at,
        merged_by=github.login_of(proposal.merged_by) if proposal.merged_at else None,
        reviews=_reviews(api, found.number),
        checks=checks_of(api, proposal.head.sha, is_scan),
        base_branch=proposal.base.ref,
        merge_sha=proposal.merge_commit_sha if proposal.merged_at else None,
        head_committer=next((_committer(one) for one in commits if one.sha == proposal.head.sha), None),
        committers=tuple(sorted({name for one in commits for name in _people(one)})),
        required_checks=base.required_checks,
        reverts=_reverted(proposal),
    )


def _fitness(one: github.Proposal, sha: str, branch: str | None) -> tuple[bool, bool, bool, bool, int]:
    """Tell how well a pull request fits a commit: best is the one that it is the merge of."""
    is_merged = one.merged_at is not None
    return (
        is_merged and one.merge_commit_sha == sha,
        is_merged and one.base.ref == branch,
        is_merged,
        one.head.sha == sha,
        one.number,
    )


def _reviews(api: RepositoryApi, number: int) -> tuple[Review, ...]:
    doing = f"reading the reviews of the pull request #{number}"
    pages = api.list(f"pulls/{number}/reviews", list[github.Review], doing=doing)
    return tuple(
        Review(
            by=github.login_of(one.user),
            state=one.state.lower(),
            commit=one.commit_id or "",
            at=one.submitted_at,
            no_say=_why_no_say(one),
        )
        for one in _flat(pages)
        if one.submitted_at is not None
    )


def _why_no_say(review: github.Review) -> str | None:
    if review.user is None or review.user.login == github.GHOST:
        return "its author's account is deleted, so nobody can tell whose it is"
    if review.user.type != "User":
        return f"{review.user.login} is a machine"
    if review.author_association not in INSIDERS:
        return f"{review.user.login} does not belong to the repository"
    return None


def checks_of(api: RepositoryApi, sha: str, is_scan: Callable[[str], bool]) -> tuple[Check, ...]:
    """Return every check of a commit that has ended, in order of time, by apps and in the older way."""
    runs = api.list(
        f"commits/{sha}/check-runs", github.CheckRuns, doing=f"reading the checks of {sha[:12]}", filter="all"
    )
    statuses = api.list(
        f"commits/{sha}/statuses", list[github.Status], doing=f"reading the statuses of {sha[:12]}"
    )
    found = [
        Check(
            name=one.name,
            conclusion=one.conclusion,
            completed_at=one.completed_at,
            is_security_scan=is_scan(one.name),
        )
        for page in runs
        for one in page.check_runs
        if one.conclusion is not None and one.completed_at is not None
    ]
    found += [
        Check(
            name=one.context,
            conclusion=one.state,
            completed_at=one.created_at,
            is_security_scan=is_scan(one.context),
        )
        for one in _flat(statuses)
        if one.state != PENDING
    ]
    return tuple(sorted(found, key=lambda one: (one.completed_at, one.name)))


def _people(commit: github.Commit) -> Iterable[str]:
    """Yield who wrote or committed it; GitHub itself commits what is edited on its pages."""
    names = (one.login for one in (commit.author, commit.committer) if one)
    return (name for name in names if name != github.WEB_FLOW)


def _committer(commit: github.Commit) -> str | None:
    by = commit.committer
    if by is None or by.login == github.WEB_FLOW:
        by = commit.author
    return by.login if by else None


def _reverted(proposal: github.Proposal) -> int | None:
    found = REVERTS.search(proposal.body or "") if proposal.title.startswith("Revert ") else None
    return int(found[1]) if found else None


def _flat(pages: Sequence[list[T]]) -> list[T]:
    return [one for page in pages for one in page]
