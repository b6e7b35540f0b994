"""What an issue of GitLab says, as a ticket."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drift.model.ticket import Edit, Ticket, TicketKind
from providers.gitlab.ticket_documents import GHOST, Issue, LabelEvent, Note, StateEvent, User
from providers.gitlab.ticket_rules import GitLabIssuesSettings
from providers.label_approvals import LabelChange, LabelRules, approvals_by_label
from providers.ticket_text import scope_in
from providers.ticket_values import moment, optional_moment

SYSTEM = "gitlab"

_TITLE = re.compile(r"changed title from \*\*(?P<before>.*)\*\* to \*\*(?P<after>.*)\*\*", re.DOTALL)

_MARKS = re.compile(r"\{[-+]|[-+]\}")
"""Around what is new or gone within a title."""

_NOTED = {
    "changed the description": "text",
    "assigned to ": "assignee",
    "unassigned ": "assignee",
    "changed due date": "due date",
    "removed due date": "due date",
    "changed the milestone": "milestone",
    "changed milestone": "milestone",
    "moved from ": "project",
    "moved to ": "project",
    "made the issue confidential": "confidentiality",
    "made the issue visible": "confidentiality",
    "changed issue type": "kind",
    "changed type": "kind",
}
"""How notes of edits begin, and the field that was edited."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """An issue with all that was asked about it."""

    project: str
    issue: Issue
    key: str
    """As it was asked for: GitLab takes no notice of capitals."""
    notes: Sequence[Note] = ()
    labels: Sequence[LabelEvent] = ()
    states: Sequence[StateEvent] = ()


def ticket_of(read: Read, settings: GitLabIssuesSettings) -> Ticket:
    """Return an issue as a ticket.

    Raises:
        ProviderResponseError: A time is none.
    """
    issue, what = read.issue, f"reading {read.key} in GitLab"
    scope = scope_in(issue.description or "")
    is_incident = issue.issue_type == "incident" or not set(issue.labels).isdisjoint(settings.incident_labels)
    rules = LabelRules(
        approved=settings.approval_labels, declined=settings.decline_labels, approvers=settings.approvers
    )
    key = f"{read.project}#{issue.iid}"
    return Ticket(
        system=SYSTEM,
        key=key,
        kind=TicketKind.INCIDENT if is_incident else TicketKind.CHANGE,
        title=issue.title,
        status=issue.state,
        url=issue.web_url,
        requested_by=issue.author.username if issue.author else None,
        assignee=issue.assignees[0].username if issue.assignees else None,
        created_at=moment(issue.created_at, what=what),
        updated_at=moment(issue.updated_at, what=what),
        approvals=tuple(approvals_by_label(_label_changes(read, what), rules)),
        resources=scope.resources,
        window_start=scope.window_start,
        window_end=scope.window_end,
        is_open=issue.state == "opened",
        closed_at=optional_moment(issue.closed_at, what=what),
        project=read.project,
        accounts=scope.accounts,
        environments=scope.environments,
        text=issue.description or "",
        history=tuple(sorted(_edits(read, what), key=lambda one: one.at)),
        former_keys=() if read.key == key else (read.key,),
    )


def _label_changes(read: Read, what: str) -> Iterator[LabelChange]:
    for one in read.labels:
        if one.label:
            someone = one.user or User(username=GHOST)
            yield LabelChange(
                label=one.label.name,
                is_set=one.action == "add",
                at=moment(one.created_at, what=what),
                by=someone.username,
                name=someone.name,
                is_by_deleted_user=someone.is_deleted,
            )


def _edits(read: Read, what: str) -> Iterator[Edit]:
    for label in read.labels:
        name = label.label.name if label.label else None
        is_set = label.action == "add"
        yield Edit(
            at=moment(label.created_at, what=what),
            by=label.user.username if label.user else None,
            field="labels",
            before=None if is_set else name,
            after=name if is_set else None,
        )
    for state in read.states:
        by = state.user.username if state.user else None
        yield Edit(at=moment(state.created_at, what=what), by=by, field="status", after=state.state)
    for note in read.notes:
        if note.system and (edit := _noted(note, what)):
            yield edit


def _noted(note: Note, what: str) -> Edit | None:
    """Return the edit that GitLab notes; what only mentions or relates something changes nothing."""
    at, by = moment(note.created_at, what=what), note.author.username if note.author else None
    if found := _TITLE.fullmatch(note.body):
        before, after = (_MARKS.sub("", found[name]) for name in ("before", "after"))
        return Edit(at=at, by=by, field="title", before=before, after=after)
    field = next((field for begin, field in _NOTED.items() if note.body.startswith(begin)), None)
    return Edit(at=at, by=by, field=field) if field else None
