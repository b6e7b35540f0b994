"""What GitHub's REST API answers, as far as it is needed. https://docs.github.com/rest"""

from datetime import datetime

from providers.code_answers import Document

GHOST = "ghost"
"""Whom GitHub shows in place of a deleted user, where it does not show nobody at all."""

WEB_FLOW = "web-flow"
"""Who commits what somebody edits or merges on GitHub's pages."""


class User(Document, frozen=True):
    """An account."""

    login: str
    type: str = "User"


class Named(Document, frozen=True):
    """Something with a name."""

    name: str


class Repository(Document, frozen=True):
    """A repository."""

    full_name: str
    default_branch: str = "main"
    archived: bool = False


class Repositories(Document, frozen=True):
    """Those that an installation of an app may see."""

    repositories: list[Repository]


class Run(Document, frozen=True):
    """A workflow run, or an attempt at one."""

    id: int
    html_url: str
    head_sha: str
    status: str
    created_at: datetime
    head_branch: str | None = None
    event: str | None = None
    path: str | None = None
    conclusion: str | None = None
    run_started_at: datetime | None = None
    run_attempt: int = 1
    actor: User | None = None
    triggering_actor: User | None = None
    repository: Repository | None = None
    head_repository: Repository | None = None
    """Where its branch is: a fork may call one `main`. It may have been deleted."""

    @property
    def is_of_fork(self) -> bool:
        """Its branch is none of the repository's own."""
        own, head = self.repository, self.head_repository
        return own is not None and (head is None or head.full_name != own.full_name)


class Job(Document, frozen=True):
    """A job of a run."""

    id: int
    name: str
    completed_at: datetime | None = None


class Jobs(Document, frozen=True):
    """A page of jobs."""

    jobs: list[Job]


class Approval(Document, frozen=True):
    """What somebody said about a run that waited for an environment."""

    state: str
    environments: list[Named]
    user: User | None = None


class Deployed(Document, frozen=True):
    """A deployment to an environment."""

    id: int
    sha: str
    environment: str
    created_at: datetime


class DeploymentStatus(Document, frozen=True):
    """How a deployment stood from some time on."""

    state: str
    created_at: datetime
    log_url: str | None = None
    target_url: str | None = None


class Ref(Document, frozen=True):
    """One end of a pull request."""

    ref: str
    sha: str


class Proposal(Document, frozen=True):
    """A pull request."""

    number: int
    html_url: str
    title: str
    head: Ref
    base: Ref
    user: User | None = None
    body: str | None = None
    merged_at: datetime | None = None
    merged_by: User | None = None
    merge_commit_sha: str | None = None


class Review(Document, frozen=True):
    """A review of a pull request. One that is being written has no time yet."""

    state: str
    user: User | None = None
    commit_id: str | None = None
    submitted_at: datetime | None = None
    author_association: str = "NONE"


class Commit(Document, frozen=True):
    """A commit of a pull request; of an author without an account there is no user."""

    sha: str
    author: User | None = None
    committer: User | None = None


class App(Document, frozen=True):
    """Who made a check."""

    slug: str | None = None


class CheckRun(Document, frozen=True):
    """A check of a commit by an app."""

    name: str
    status: str
    conclusion: str | None = None
    completed_at: datetime | None = None
    app: App | None = None


class CheckRuns(Document, frozen=True):
    """A page of checks."""

    check_runs: list[CheckRun]


class Status(Document, frozen=True):
    """What somebody says of a commit, in the older way. The latest comes first."""

    context: str
    state: str
    created_at: datetime


class RequiredCheck(Document, frozen=True):
    """A check that a rule requires."""

    context: str


class RequiredContexts(Document, frozen=True):
    """The checks that a branch's own protection requires."""

    contexts: tuple[str, ...] = ()


class BranchProtection(Document, frozen=True):
    """A branch's own protection, as far as everybody may see it who may read the branch."""

    required_status_checks: RequiredContexts | None = None


class Branch(Document, frozen=True):
    """A branch."""

    name: str
    protected: bool
    protection: BranchProtection | None = None


class RuleParameters(Document, frozen=True):
    """What a rule says in particular; each kind has its own."""

    required_status_checks: tuple[RequiredCheck, ...] = ()
    required_approving_review_count: int | None = None


class Rule(Document, frozen=True):
    """A rule that holds for a branch, whatever ruleset it is of."""

    type: str
    parameters: RuleParameters | None = None


class Comparison(Document, frozen=True):
    """How one commit lies to another."""

    status: str


def login_of(user: User | None) -> str:
    """Return an account's name; of a deleted one, the one that GitHub shows."""
    return user.login if user else GHOST
