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


SCOPE_FIELDS = frozenset(
    {"title", "summary", "text", "description", "resources", "accounts", "environments", "project"}
    | {"window", "window_start", "window_end"}
)
"""Fields of a ticket that say what may be changed, where and when. Its status and comments do not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """One edit of a ticket."""

    at: datetime
    by: str | None
    field: str
    """What was edited, as `Ticket` calls it; else as its system does."""


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
    project: str | None = None
    accounts: tuple[str, ...] = ()
    """Accounts that the ticket names; none limits it to none."""
    environments: tuple[str, ...] = ()
    """Environments that the ticket names; none limits it to none."""
    is_open: bool | None = None
    """Whether it can still be worked on; `None` where its system does not tell."""
    closed_at: datetime | None = None
    history: tuple[Edit, ...] = ()
    """What was edited, in order of time, as far as its system tells."""
    text: str = ""
    """What it asks for, in words."""
    sha256: str | None = None
    """Hex SHA-256 of what its system answered."""

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One automatic check of a commit."""

    name: str
    conclusion: str
    completed_at: datetime


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
    is_ref_protected: bool | None = None
    """Whether the code host protects the branch that was deployed; `None` where that is not known."""


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
