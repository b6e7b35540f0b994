"""Jira Cloud, with requests that are approved; Data Center, where issues are moved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drift.model.secret import Secret
from drift.model.ticket import Approval, Edit, Ticket, TicketKind
from drift.ports import TicketSource
from providers.jira.cloud import JiraCloud, JiraCloudSettings
from providers.jira.data_center import JiraDataCenter, JiraDataCenterSettings
from tests.providers.tickets.jira import EMAIL, Jira
from tests.providers.tickets.server import TOKEN, Answer, served
from tests.providers.tickets.system import TicketSystem, in_sections, in_their_zone

FORBIDDEN = Answer(status=403, body={"errorMessages": ["You do not have permission."], "errors": {}})

NAMES = {"title": "summary", "text": "description"}
"""Jira's names of fields, where `Ticket` has other ones."""


@contextmanager
def jira_cloud(_: Path) -> Iterator[TicketSystem]:
    """Jira Cloud with Jira Service Management."""
    jira = Jira(is_cloud=True)
    with served(jira) as server:

        def source(token: str) -> TicketSource:
            settings = JiraCloudSettings(
                base_url=server.url, token=Secret(token), email=EMAIL, projects=("OPS",), resources_field=None
            )
            return JiraCloud(settings)

        yield TicketSystem(
            source=source(TOKEN),
            file=lambda ticket: file(jira, ticket),
            break_down=lambda: setattr(server, "fault", lambda _: Answer(status=503, body={})),
            server=server,
            with_token=source,
            forbidden=FORBIDDEN,
            permission='"Browse projects"',
            loop=lambda: setattr(jira, "is_looping", True),
            drop=_drop(jira),
            required="summary",
            spoil_time=_spoil_time(jira),
        )


@contextmanager
def jira_data_center(_: Path) -> Iterator[TicketSystem]:
    """Jira Data Center, without Jira Service Management."""
    jira = Jira(is_cloud=False)
    with served(jira) as server:

        def source(token: str) -> TicketSource:
            return JiraDataCenter(data_center_settings(server.url, token))

        def loop() -> None:
            jira.members = [a_user("erin@example.com")]
            jira.is_looping = True

        yield TicketSystem(
            source=source(TOKEN),
            file=lambda ticket: file(jira, ticket),
            break_down=lambda: setattr(server, "fault", lambda _: Answer(status=503, body={})),
            server=server,
            with_token=source,
            forbidden=FORBIDDEN,
            permission='"Browse projects"',
            loop=loop,
            drop=_drop(jira),
            required="summary",
            spoil_time=_spoil_time(jira),
        )


def data_center_settings(url: str, token: str = TOKEN) -> JiraDataCenterSettings:
    """Settings under which a group approves by moving issues, and custom fields say what for."""
    return JiraDataCenterSettings(
        base_url=url,
        token=Secret(token),
        projects=("OPS",),
        approved_statuses=("Approved",),
        declined_statuses=("Declined",),
        approver_group="change-approvers",
        resources_field="customfield_10050",
        accounts_field="customfield_10051",
        environments_field="customfield_10052",
        window_start_field="customfield_10053",
        window_end_field="customfield_10054",
    )


def _drop(jira: Jira) -> Callable[[str], None]:
    def drop(field: str) -> None:
        for one in jira.issues.values():
            one["fields"].pop(field)

    return drop


def _spoil_time(jira: Jira) -> Callable[[], None]:
    def spoil() -> None:
        for one in jira.issues.values():
            one["fields"]["created"] = "yesterday"

    return spoil


def file(jira: Jira, ticket: Ticket) -> None:
    """Let a ticket stand in Jira as its people would have written it."""
    issue = jira.issues.setdefault(ticket.key, {"id": str(10001 + len(jira.issues)), "key": ticket.key})
    issue["fields"] = _fields(jira, ticket)
    issue["changelog"] = [_history(jira, edit) for edit in ticket.history]
    issue["approvals"] = [_approval(one) for one in ticket.approvals] if jira.is_cloud else None
    for old in ticket.former_keys:
        jira.moved[old] = ticket.key
        issue["changelog"].append(
            {
                "id": old,
                "author": a_user("erin@example.com"),
                "created": in_their_zone(ticket.updated_at),
                "items": [{"field": "Key", "fieldtype": "jira", "fromString": old, "toString": ticket.key}],
            }
        )
    if not jira.is_cloud:
        _approve_by_moving(jira, issue, ticket)
    for person in filter(None, (ticket.requested_by, ticket.assignee)):
        if person not in [one.get("emailAddress") for one in jira.users]:
            jira.users.append(a_user(person))


def a_user(mail: str, *, is_deleted: bool = False) -> dict[str, Any]:
    """Return a user as Jira shows one; of a deleted one there is only the id."""
    name = mail.partition("@")[0]
    if is_deleted:
        return {"accountId": mail, "key": mail, "name": mail, "displayName": "Former user", "active": False}
    ids = {"accountId": f"5b10{name}", "key": f"JIRAUSER-{name}", "name": name}
    return ids | {"emailAddress": mail, "displayName": name.title(), "active": True}


def _fields(jira: Jira, ticket: Ticket) -> dict[str, Any]:
    is_closed = ticket.closed_at is not None
    category = {"id": 3, "key": "done" if is_closed else "indeterminate", "colorName": "green"}
    described = in_sections(ticket) if jira.is_cloud else ticket.text
    fields: dict[str, Any] = {
        "summary": ticket.title,
        "status": {"name": ticket.status, "id": "3", "statusCategory": category},
        "issuetype": {"name": "Incident" if ticket.kind is TicketKind.INCIDENT else "Task", "subtask": False},
        "created": in_their_zone(ticket.created_at),
        "updated": in_their_zone(ticket.updated_at),
        "project": {"key": ticket.key.partition("-")[0], "id": "10000"},
        "reporter": a_user(ticket.requested_by) if ticket.requested_by else None,
        "assignee": a_user(ticket.assignee) if ticket.assignee else None,
        "resolutiondate": in_their_zone(ticket.closed_at) if ticket.closed_at else None,
        "description": document(described) if jira.is_cloud else described,
    }
    if not jira.is_cloud:
        start, end = ticket.window_start, ticket.window_end
        fields |= {
            "customfield_10050": list(ticket.resources),
            "customfield_10051": "\n".join(ticket.accounts),
            "customfield_10052": [{"value": one, "id": "1"} for one in ticket.environments],
            "customfield_10053": in_their_zone(start) if start else None,
            "customfield_10054": in_their_zone(end) if end else None,
        }
    return fields


def document(text: str) -> dict[str, Any]:
    """Return a text as Atlassian's documents hold it."""
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}]}
        for line in text.splitlines()
        if line
    ]
    return {"type": "doc", "version": 1, "content": paragraphs}


def _history(jira: Jira, edit: Edit) -> dict[str, Any]:
    field = NAMES.get(edit.field, edit.field)
    item = {"field": field, "fieldtype": "jira", "fromString": edit.before, "toString": edit.after}
    named = {"fieldId": field} if jira.is_cloud else {}
    author = {"author": a_user(edit.by)} if edit.by else {}
    return author | {"id": "1", "created": in_their_zone(edit.at), "items": [item | named]}


def _approval(approval: Approval) -> dict[str, Any]:
    approver = a_user(approval.by, is_deleted=approval.is_by_deleted_user)
    at = {"iso8601": in_their_zone(approval.at), "epochMillis": int(approval.at.timestamp() * 1000)}
    return {
        "id": "1",
        "name": "Waiting for approval",
        "finalDecision": approval.decision.value,
        "canAnswerApproval": False,
        "approvers": [{"approver": approver, "approverDecision": approval.decision.value}],
        "createdDate": at,
        "completedDate": at,
    }


def _approve_by_moving(jira: Jira, issue: dict[str, Any], ticket: Ticket) -> None:
    for one in ticket.approvals:
        author = a_user(one.by, is_deleted=one.is_by_deleted_user)
        if author not in jira.members:
            jira.members.append(author)
        item = {
            "field": "status",
            "fieldtype": "jira",
            "toString": one.decision.value.title(),
            "fromString": "To Do",
        }
        issue["changelog"].append(
            {"id": "2", "author": author, "created": in_their_zone(one.at), "items": [item]}
        )
