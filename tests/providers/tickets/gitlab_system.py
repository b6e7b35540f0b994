"""GitLab: approved by labels, scoped by sections of the description."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from drift.model.secret import Secret
from drift.model.ticket import Approval, ApprovalDecision, Edit, Ticket, TicketKind
from drift.ports import TicketSource
from providers.gitlab.tickets import GitLabIssues, GitLabIssuesSettings
from tests.providers.tickets.gitlab import PROJECT, GitLab
from tests.providers.tickets.server import TOKEN, Answer, served
from tests.providers.tickets.system import TicketSystem, in_sections

FORBIDDEN = Answer(
    status=403,
    body={
        "error": "insufficient_scope",
        "error_description": "The request requires higher privileges than provided by the access token.",
        "scope": "api read_api",
    },
)


def settings_for(url: str, token: str = TOKEN) -> GitLabIssuesSettings:
    """Settings under which labels approve and decline."""
    return GitLabIssuesSettings(
        base_url=url,
        token=Secret(token),
        projects=(PROJECT,),
        approval_labels=("approved",),
        decline_labels=("declined",),
    )


@contextmanager
def gitlab(_: Path) -> Iterator[TicketSystem]:
    """One project."""
    service = GitLab()
    with served(service) as server:

        def source(token: str) -> TicketSource:
            return GitLabIssues(settings_for(server.url, token))

        def change(field: str, value: str | None) -> None:
            for issue in service.issues.values():
                issue.pop(field)
                issue.update({field: value} if value is not None else {})

        yield TicketSystem(
            source=source(TOKEN),
            file=lambda ticket: file(service, ticket),
            break_down=lambda: setattr(server, "fault", lambda _: Answer(status=503, body={})),
            key=f"{PROJECT}#{{}}".format,
            who="{}".format,
            server=server,
            with_token=source,
            forbidden=FORBIDDEN,
            permission="the scope read_api",
            loop=lambda: setattr(service, "is_looping", True),
            drop=lambda field: change(field, None),
            required="title",
            spoil_time=lambda: change("created_at", "yesterday"),
        )


def file(service: GitLab, ticket: Ticket) -> None:
    """Let a ticket stand as its people would have written it."""
    number = int(ticket.key.partition("#")[2])
    service.issues[number] = {
        "id": 1000 + number,
        "iid": number,
        "project_id": 1,
        "title": ticket.title,
        "description": in_sections(ticket),
        "state": "closed" if ticket.closed_at else "opened",
        "author": a_user(ticket.requested_by) if ticket.requested_by else None,
        "assignees": [a_user(ticket.assignee)] if ticket.assignee else [],
        "labels": ["approved"] if ticket.approvals else [],
        "created_at": in_zulu(ticket.created_at),
        "updated_at": in_zulu(ticket.updated_at),
        "closed_at": in_zulu(ticket.closed_at) if ticket.closed_at else None,
        "web_url": f"https://gitlab.com/{PROJECT}/-/issues/{number}",
        "issue_type": "incident" if ticket.kind is TicketKind.INCIDENT else "issue",
    }
    service.events[number, "resource_label_events"] = [a_label(one) for one in ticket.approvals]
    service.events[number, "notes"] = [a_note(one) for one in ticket.history]


def a_user(name: str) -> dict[str, Any]:
    """Return an account."""
    return {"id": len(name), "username": name, "name": name.title(), "state": "active"}


def a_label(approval: Approval, action: str = "add") -> dict[str, Any]:
    """Return the event by which somebody approves or declines."""
    label = "approved" if approval.decision is ApprovalDecision.APPROVED else "declined"
    return {
        "id": 1,
        "user": a_user("ghost" if approval.is_by_deleted_user else approval.by),
        "created_at": in_zulu(approval.at),
        "resource_type": "Issue",
        "label": {"id": 2, "name": label},
        "action": action,
    }


def a_note(edit: Edit) -> dict[str, Any]:
    """Return what GitLab notes of an edit of the title."""
    body = f"changed title from **{{-{edit.before}-}}** to **{{+{edit.after}+}}**"
    author = a_user(edit.by) if edit.by else None
    return {"id": 1, "body": body, "author": author, "created_at": in_zulu(edit.at), "system": True}


def in_zulu(at: datetime) -> str:
    """Write a time as GitLab does."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
