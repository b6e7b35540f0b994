"""What an issue of GitHub says, as a ticket."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from drift.model.ticket import Edit, Ticket, TicketKind
from providers.github.ticket_documents import Event, Issue, User
from providers.github.ticket_rules import GitHubIssuesSettings
from providers.label_approvals import LabelChange, LabelRules, approvals_by_label
from providers.ticket_text import scope_in
from providers.ticket_values import moment, optional_moment

SYSTEM = "github"


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """An issue with all that was asked about it."""

    issue: Issue
    events: Sequence[Event] = ()
    body_edits: Sequence[Edit] = ()
    former_keys: tuple[str, ...] = ()


def ticket_of(read: Read, settings: GitHubIssuesSettings) -> Ticket:
    """Return an issue as a ticket.

    Raises:
        ProviderResponseError: A time is none.
    """
    issue, what = read.issue, f"reading {read.issue.key} in GitHub"
    scope = scope_in(issue.body or "")
    is_incident = any(one.name in settings.incident_labels for one in issue.labels)
    rules = LabelRules(
        approved=settings.approval_labels, declined=settings.decline_labels, approvers=settings.approvers
    )
    edits = [*_edits(read.events, what), *read.body_edits]
    return Ticket(
        system=SYSTEM,
        key=issue.key,
        kind=TicketKind.INCIDENT if is_incident else TicketKind.CHANGE,
        title=issue.title,
        status=f"{issue.state} ({issue.state_reason})" if issue.state_reason else issue.state,
        url=issue.html_url,
        requested_by=issue.user.login if issue.user else None,
        assignee=issue.assignee.login if issue.assignee else None,
        created_at=moment(issue.created_at, what=what),
        updated_at=moment(issue.updated_at, what=what),
        approvals=tuple(approvals_by_label(_labels(read.events, what), rules)),
        resources=scope.resources,
        window_start=scope.window_start,
        window_end=scope.window_end,
        is_open=issue.state == "open",
        closed_at=optional_moment(issue.closed_at, what=what),
        project=issue.repository,
        accounts=scope.accounts,
        environments=scope.environments,
        text=issue.body or "",
        history=tuple(sorted(edits, key=lambda one: one.at)),
        former_keys=read.former_keys,
    )


def _labels(events: Iterable[Event], what: str) -> Iterator[LabelChange]:
    for one in events:
        if one.label and one.event in {"labeled", "unlabeled"}:
            someone = one.actor or User(login="ghost")
            yield LabelChange(
                label=one.label.name,
                is_set=one.event == "labeled",
                at=moment(one.created_at, what=what),
                by=someone.login,
                is_by_deleted_user=someone.is_deleted,
            )


def _edits(events: Iterable[Event], what: str) -> Iterator[Edit]:
    """Yield the events that change something of an issue; who mentions or watches it changes nothing."""
    for one in events:
        told = _told(one)
        if told is not None:
            field, before, after = told
            by = one.actor.login if one.actor else None
            yield Edit(at=moment(one.created_at, what=what), by=by, field=field, before=before, after=after)


def _told(event: Event) -> tuple[str, str | None, str | None] | None:
    """Return which field an event changed, from what to what."""
    match event:
        case Event(event="renamed", rename=rename) if rename:
            return "title", rename.before, rename.after
        case Event(event="labeled", label=label) if label:
            return "labels", None, label.name
        case Event(event="unlabeled", label=label) if label:
            return "labels", label.name, None
        case Event(event="assigned", assignee=user):
            return "assignee", None, user.login if user else None
        case Event(event="unassigned", assignee=user):
            return "assignee", user.login if user else None, None
        case Event(event="closed"):
            return "status", "open", "closed"
        case Event(event="reopened"):
            return "status", "closed", "open"
        case Event(event="transferred"):
            return "project", None, None
        case _:
            return None
