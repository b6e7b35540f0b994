"""GitHub: approved by labels, scoped by sections of the body."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drift.model.secret import Secret
from drift.model.ticket import Approval, ApprovalDecision, Edit, Ticket, TicketKind
from drift.ports import TicketSource
from providers.github.tickets import GitHubIssues, GitHubIssuesSettings
from tests.providers.tickets.github import REPOSITORY, GitHub, in_utc
from tests.providers.tickets.server import TOKEN, Answer, served
from tests.providers.tickets.system import TicketSystem, in_sections

FORBIDDEN = Answer(
    status=403,
    body={"message": "Resource not accessible by personal access token"},
    headers={"X-Accepted-GitHub-Permissions": "issues=read", "X-RateLimit-Remaining": "4999"},
)


def settings_for(url: str, token: str = TOKEN) -> GitHubIssuesSettings:
    """Settings under which labels approve and decline."""
    return GitHubIssuesSettings(
        base_url=url,
        token=Secret(token),
        repositories=(REPOSITORY,),
        approval_labels=("approved",),
        decline_labels=("declined",),
    )


@contextmanager
def github(_: Path) -> Iterator[TicketSystem]:
    """One repository."""
    service = GitHub()
    with served(service) as server:

        def source(token: str) -> TicketSource:
            return GitHubIssues(settings_for(server.url, token))

        def change(field: str, value: str | None) -> None:
            for issue in service.issues.values():
                issue.pop(field)
                issue.update({field: value} if value is not None else {})

        yield TicketSystem(
            source=source(TOKEN),
            file=lambda ticket: file(service, ticket),
            break_down=lambda: setattr(server, "fault", lambda _: Answer(status=503, body={})),
            key=f"{REPOSITORY}#{{}}".format,
            who="{}".format,
            server=server,
            with_token=source,
            forbidden=FORBIDDEN,
            permission='"Issues: read"',
            loop=lambda: setattr(service, "is_looping", True),
            drop=lambda field: change(field, None),
            required="title",
            spoil_time=lambda: change("created_at", "yesterday"),
            delete=lambda key: service.deleted.add(int(key.partition("#")[2])),
        )


def file(service: GitHub, ticket: Ticket) -> None:
    """Let a ticket stand as its people would have written it."""
    repository, _, number = ticket.key.partition("#")
    labels = ["incident"] if ticket.kind is TicketKind.INCIDENT else []
    service.issues[int(number)] = {
        "id": 1000 + int(number),
        "number": int(number),
        "title": ticket.title,
        "body": in_sections(ticket),
        "state": "closed" if ticket.closed_at else "open",
        "state_reason": "completed" if ticket.closed_at else None,
        "user": a_user(ticket.requested_by) if ticket.requested_by else None,
        "assignee": a_user(ticket.assignee) if ticket.assignee else None,
        "labels": [{"id": 1, "name": label, "color": "d73a4a", "default": False} for label in labels],
        "created_at": in_utc(ticket.created_at),
        "updated_at": in_utc(ticket.updated_at),
        "closed_at": in_utc(ticket.closed_at) if ticket.closed_at else None,
        "html_url": f"https://github.com/{repository}/issues/{number}",
        "repository_url": f"https://api.github.com/repos/{repository}",
    }
    edits = [one for one in ticket.history if one.field == "text"]
    service.edits[int(number)] = [
        {"editedAt": in_utc(one.at), "editor": a_user(one.by) if one.by else None} for one in edits
    ]
    others = [an_event(one) for one in ticket.history if one.field != "text"]
    service.events[int(number)] = [*map(a_label, ticket.approvals), *others]


def a_user(login: str) -> dict[str, Any]:
    """Return an account."""
    return {"login": login, "id": len(login), "type": "User", "site_admin": False}


def a_label(approval: Approval) -> dict[str, Any]:
    """Return the event by which somebody approves or declines."""
    label = "approved" if approval.decision is ApprovalDecision.APPROVED else "declined"
    actor = None if approval.is_by_deleted_user else a_user(approval.by)
    return {
        "id": 1,
        "event": "labeled",
        "actor": actor,
        "created_at": in_utc(approval.at),
        "label": {"name": label},
    }


def an_event(edit: Edit) -> dict[str, Any]:
    """Return the event of an edit of the title."""
    return {
        "id": 1,
        "event": "renamed",
        "actor": a_user(edit.by) if edit.by else None,
        "created_at": in_utc(edit.at),
        "rename": {"from": edit.before, "to": edit.after},
    }
