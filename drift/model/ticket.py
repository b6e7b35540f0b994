"""Tickets, pull requests and deployments: what may authorise a change."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from drift.model.verdict import Confidence


class TicketKind(StrEnum):
    """What a ticket is for."""

    CHANGE = "change"
    INCIDENT = "incident"


class ApprovalDecision(StrEnum):
    """What an approver said."""

    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """What this person said before counts no longer; the history tells who took it back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """One person's decision on a ticket."""

    by: str
    """Their mail address, or else the id by which their system never means anybody else."""
    decision: ApprovalDecision
    at: datetime
    name: str | None = None
    """What they call themselves: for people to read, and proof of nothing."""
    is_by_deleted_user: bool = False
    """Their account is gone, so nobody can tell any more who they were."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """One change of a ticket, as its system remembers it."""

    at: datetime
    by: str | None
    """As `Approval.by`. `None`: the system does not tell, or did it by itself."""
    field: str
    """What was edited, as `Ticket` calls it; else as its system does."""
    before: str | None = None
    after: str | None = None


SCOPE_FIELDS = frozenset(
    {"title", "summary", "text", "description", "resources", "accounts", "environments", "project"}
    | {"window", "window_start", "window_end"}
)
"""Fields of a ticket that say what may be changed, where and when. Its status and comments do not."""


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
    is_open: bool | None = None
    """Neither resolved nor closed when it was read; `None` where its system does not tell."""
    closed_at: datetime | None = None
    """When it was resolved or closed, whichever came first; `None` also where the system does not tell."""
    project: str | None = None
    """The project, repository or table that it is in now."""
    accounts: tuple[str, ...] = ()
    """Accounts, projects and subscriptions that it is for; empty: it names none."""
    environments: tuple[str, ...] = ()
    """Environments that it is for, in its own words; empty: it names none."""
    text: str = ""
    """The beginning of its description, without secrets once it has left `redact_ticket`."""
    text_sha256: str | None = None
    """SHA-256 of the whole description without its secrets, so that an edit at its end shows too."""
    history: tuple[Edit, ...] = ()
    """Its edits, the oldest first."""
    untold: tuple[str, ...] = ()
    """Fields whose edits its system does not tell, so that `history` lacks them; snapshots show those too."""
    former_keys: tuple[str, ...] = ()
    """What it was called before it was moved: people go on to write that."""

    def is_called(self, key: str) -> bool:
        """Tell whether `key` means this ticket, by its name of now or an earlier one."""
        return key == self.key or key in self.former_keys

    def snapshot(self) -> bytes:
        """Return all of it as it was read: the same bytes for the same ticket, JSON with sorted keys."""
        return msgspec.json.encode(self, order="sorted")

    @property
    def sha256(self) -> str:
        """SHA-256 of its snapshot, in hexadecimal: another one later means that it was changed since."""
        return hashlib.sha256(self.snapshot()).hexdigest()

    @property
    def scope_edits(self) -> tuple[Edit, ...]:
        """The edits that change what was asked for, and so what was approved."""
        return tuple(one for one in self.history if one.field.lower() in SCOPE_FIELDS)


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
    created_at: datetime | None = None
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


class Coverage(StrEnum):
    """Whether, and when, somebody else allowed a change. Best first."""

    APPROVED_BEFORE = "approved-before"
    DECLARED_INCIDENT = "declared-incident"
    """An incident ticket that was open before the first write."""
    DECLARED_EMERGENCY = "declared-emergency"
    """Somebody declared it an emergency after it was made."""
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
    standard: str | None = None
    """Name of the standard change that it is."""
    suggestions: tuple[str, ...] = ()
    """Keys of tickets that may be meant, by their time and people: they count for nothing."""


UNASKED = TicketMatch(
    coverage=Coverage.NONE,
    method=None,
    confidence=Confidence.HIGH,
    reasons=("nobody was asked what covers it: it was made before the watch began",),
)
"""Of a change for which nobody has to answer."""
