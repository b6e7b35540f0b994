"""What GitLab's REST API (v4) answers, as far as it is needed. https://docs.gitlab.com/api/rest/"""

import re
from datetime import datetime

from providers.code_answers import Document

GHOST = "ghost"
"""The account to which GitLab gives what deleted users have written."""

BOT = re.compile(r"(?:project|group)_\d+_bot(?:_.*)?|service_account_.*", re.ASCII)
"""Accounts of access tokens. https://docs.gitlab.com/user/project/settings/project_access_tokens/#bot-users"""

DEFAULT_CONFIG = ".gitlab-ci.yml"


class User(Document, frozen=True):
    """An account."""

    username: str


class Project(Document, frozen=True):
    """A project, which is a repository and its pipelines."""

    id: int
    path_with_namespace: str
    default_branch: str | None = None
    ci_config_path: str | None = None


class Pipeline(Document, frozen=True):
    """A run of a pipeline."""

    id: int
    sha: str
    ref: str
    status: str
    web_url: str
    created_at: datetime
    source: str | None = None
    tag: bool = False
    started_at: datetime | None = None
    finished_at: datetime | None = None
    user: User | None = None


class Job(Document, frozen=True):
    """A job of a run."""

    id: int
    name: str
    status: str
    finished_at: datetime | None = None
    user: User | None = None


class MergeRequest(Document, frozen=True):
    """A merge request."""

    iid: int
    title: str
    web_url: str
    sha: str
    target_branch: str
    author: User | None = None
    description: str | None = None
    merged_at: datetime | None = None
    merged_by: User | None = None
    merge_user: User | None = None
    merge_commit_sha: str | None = None
    squash_commit_sha: str | None = None

    @property
    def became(self) -> tuple[str, ...]:
        """The commits that it may have become when it was merged, the likeliest first."""
        return tuple(one for one in (self.merge_commit_sha, self.squash_commit_sha, self.sha) if one)


class ApprovedBy(Document, frozen=True):
    """Who approved a merge request. When, GitLab tells only since version 18."""

    user: User | None = None
    approved_at: datetime | None = None


class Approvals(Document, frozen=True):
    """Who approved a merge request, and still does."""

    approved_by: tuple[ApprovedBy, ...] = ()


class Reviewer(Document, frozen=True):
    """Somebody who was asked to review."""

    state: str
    created_at: datetime
    user: User | None = None


class Version(Document, frozen=True):
    """The head of a merge request from some time on."""

    head_commit_sha: str
    created_at: datetime


class Note(Document, frozen=True):
    """Something that was said, or noted by GitLab itself."""

    body: str
    created_at: datetime
    system: bool = False
    author: User | None = None


class Commit(Document, frozen=True):
    """A commit, whose people git knows by their addresses only."""

    id: str
    author_email: str
    committer_email: str


class CommitStatus(Document, frozen=True):
    """A job, or what somebody outside says of a commit."""

    name: str
    status: str
    finished_at: datetime | None = None


class Branch(Document, frozen=True):
    """A branch."""

    name: str
    protected: bool


class Environment(Document, frozen=True):
    """An environment."""

    name: str


class OfPipeline(Document, frozen=True):
    """The run that a job belongs to."""

    id: int


class Deployable(Document, frozen=True):
    """The job that deploys."""

    pipeline: OfPipeline | None = None


class EnvironmentApproval(Document, frozen=True):
    """What somebody said of a deployment that waited."""

    status: str
    user: User | None = None
    created_at: datetime | None = None


class Deployed(Document, frozen=True):
    """A deployment to an environment."""

    id: int
    sha: str
    created_at: datetime
    environment: Environment | None = None
    deployable: Deployable | None = None
    user: User | None = None
    approvals: tuple[EnvironmentApproval, ...] = ()


class MergeBase(Document, frozen=True):
    """The newest commit that two have in common."""

    id: str


def name_of(user: User | None) -> str:
    """Return an account's name; of a deleted one, the one that GitLab shows."""
    return user.username if user else GHOST


def is_known(user: User | None) -> bool:
    """Tell whether it is known whose account it is."""
    return user is not None and user.username != GHOST
