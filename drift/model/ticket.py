"""Tickets, pull requests and deployments: what may authorise a change."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drift.model.verdict import Confidence


class TicketKind(StrEnum):
    """What a ticket is for."""

    CHANGE = "change"
    INCIDENT = "incident"


class ApprovalDecision(StrEnum):
    """What an approver said."""

    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """One person's decision on a ticket."""

    by: str
    decision: ApprovalDecision
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """A ticket as its system showed it when it was read."""

    system: str
    key: str
    kind: TicketKind
    title: str
    status: str
    url: str | None
    requested_by: str | None
    assignee: str | None
    created_at: datetime
    updated_at: datetime
    approvals: tuple[Approval, ...] = ()
    resources: tuple[str, ...] = ()
    """Ids of resources that the ticket names."""
    window_start: datetime | None = None
    window_end: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """One review of a pull request."""

    by: str
    state: str
    """`approved`, `changes_requested`, `commented` or `dismissed`."""
    commit: str
    """The head that was reviewed: a later push makes the review stale."""
    at: datetime
    no_say: str | None = None
    """Why it decides nothing, whatever it says: it is a machine's, or of somebody who may not write there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One automatic check of a commit that has ended. One that ran several times stands there as often."""

    name: str
    conclusion: str
    completed_at: datetime
    is_security_scan: bool = False
    """It looks for weaknesses, and tests nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PullRequest:
    """A reviewed proposal to change code."""

    number: int
    url: str
    title: str
    author: str
    head_sha: str
    merged_at: datetime | None
    merged_by: str | None
    reviews: tuple[Review, ...] = ()
    checks: tuple[Check, ...] = ()
    """Of the final head."""
    base_branch: str | None = None
    """Where it was to be merged into."""
    merge_sha: str | None = None
    """The commit that it became when it was merged."""
    head_committer: str | None = None
    """Who committed the final head."""
    committers: tuple[str, ...] = ()
    """Everybody who wrote or committed one of its commits."""
    required_checks: tuple[str, ...] | None = None
    """The checks without which the base branch takes nothing, as it is protected now; `None`: not known."""
    reverts: int | None = None
    """The number of the pull request that it takes back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvironmentApproval:
    """One person's decision on a run that waited for it before it went on to an environment."""

    environment: str
    by: str
    decision: ApprovalDecision
    at: datetime | None
    """No later than this. GitHub tells only when the run went on; `None`: not known at all."""
    is_known: bool = True
    """`False`: the account is deleted, so nobody can tell whose it was."""


FAILED = frozenset({"failure", "failed", "timed_out", "startup_failure", "errored", "error"})
"""Conclusions of runs that did not do what they should. One that was cancelled is none of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """One run of a pipeline."""

    run_id: str
    run_url: str
    repository: str
    ref: str
    head_sha: str
    actor: str
    environment: str | None
    started_at: datetime
    """When it began; the first time, where it was run again under the same id."""
    finished_at: datetime | None
    """When it ended, the last time."""
    conclusion: str | None
    pull_request: PullRequest | None = None
    approvals: tuple[EnvironmentApproval, ...] = ()
    """What was said before it went on to its environments."""
    attempt: int = 1
    """How often it was run under this id."""
    event: str | None = None
    """What started it, in the words of the code host: `push`, `workflow_dispatch`."""
    dispatched_by: str | None = None
    """Who started it by hand; `None`: something else did, a push for example."""
    rerun_by: tuple[str, ...] = ()
    """Who had it run once more."""
    workflow: str | None = None
    """The file that says what is run, within the repository."""
    is_branch_protected: bool | None = None
    """Whether something keeps people from pushing to its ref, as it is now; `None`: not known."""
    is_reviewed_elsewhere: bool = False
    """The host of its run is not that of its code: another one knows the pull request."""
    undoes_commit: str | None = None
    """The commit that was deployed to the same environment before, where this one is older than that."""

    @property
    def is_failed(self) -> bool:
        """It ended, and did not do what it should."""
        return self.conclusion in FAILED


@dataclass(frozen=True, kw_only=True, slots=True)
class Consulted:
    """What the ticket system and the code host said about a change."""

    tickets: tuple[Ticket, ...] = ()
    deployment: Deployment | None = None
    unavailable: tuple[str, ...] = ()
    """Why one of them could not be asked: never taken for "nothing there"."""
    is_code_host_configured: bool = True


class Coverage(StrEnum):
    """Whether, and when, somebody else allowed a change. Best first."""

    APPROVED_BEFORE = "approved-before"
    DECLARED_INCIDENT = "declared-incident"
    """An incident ticket that was open before the first write."""
    NOT_ASKED = "not-asked"
    """No code host is configured that could show the review of a configured pipeline's code."""
    AFTERWARDS = "afterwards"
    """The ticket or its approval is no older than the first write."""
    NOT_APPROVED = "not-approved"
    """There is a ticket or a pull request, but no approval of it counts for this change."""
    NONE = "none"
    NOT_EVALUABLE = "not-evaluable"
    """The ticket system or code host could not be asked; to be judged again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketMatch:
    """What covers a change, by which method it was found, and why it counts or does not."""

    coverage: Coverage
    method: str | None
    confidence: Confidence
    reasons: tuple[str, ...]
    ticket: Ticket | None = None
    deployment: Deployment | None = None
    approved_at: datetime | None = None
    approver: str | None = None


UNASKED = TicketMatch(
    coverage=Coverage.NONE,
    method=None,
    confidence=Confidence.HIGH,
    reasons=("nobody was asked what covers it: it was made before the watch began",),
)
"""Of a change for which nobody has to answer."""
