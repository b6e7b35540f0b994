"""ServiceNow: the resource as a configuration item, more of them in the description; two rows a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from drift.model.secret import Secret
from drift.model.ticket import Approval, Edit, Ticket, TicketKind
from drift.ports import TicketSource
from providers.servicenow.tickets import ServiceNow as Source
from providers.servicenow.tickets import ServiceNowSettings
from tests.providers.tickets.server import TOKEN, Answer, served
from tests.providers.tickets.servicenow import Row, ServiceNow
from tests.providers.tickets.system import TicketSystem, in_sections

FORBIDDEN = Answer(status=403, body={"error": {"message": "Insufficient rights to query records"}})

COLUMNS = {"title": "short_description", "text": "description", "status": "state"}


@contextmanager
def servicenow(_: Path) -> Iterator[TicketSystem]:
    """An instance whose audit may be read."""
    service = ServiceNow()
    with served(service) as server:

        def source(token: str) -> TicketSource:
            return Source(ServiceNowSettings(base_url=server.url, token=Secret(token)), page_size=2)

        def change(column: str, value: str | None) -> None:
            for table in ("change_request", "incident"):
                for row in service.tables[table]:
                    row.pop(column)
                    row.update({column: value} if value is not None else {})

        yield TicketSystem(
            source=source(TOKEN),
            file=lambda ticket: file(service, ticket),
            break_down=lambda: setattr(server, "fault", lambda _: Answer(status=503, body={})),
            key="CHG{:07}".format,
            incident_key="INC{:07}".format,
            server=server,
            with_token=source,
            forbidden=FORBIDDEN,
            permission="read access to change_request",
            loop=lambda: setattr(service, "is_looping", True),
            drop=lambda column: change(column, None),
            required="sys_created_on",
            spoil_time=lambda: change("sys_created_on", "yesterday"),
        )


def file(service: ServiceNow, ticket: Ticket) -> None:
    """Let a ticket stand in its table as its people would have written it."""
    table = "incident" if ticket.kind is TicketKind.INCIDENT else "change_request"
    sys_id = ticket.key.encode().hex()
    for name, column in (
        (table, "sys_id"),
        ("sysapproval_approver", "sysapproval"),
        ("sys_audit", "documentkey"),
    ):
        service.tables[name] = [row for row in service.tables[name] if row[column] != sys_id]
    service.tables[table].append(_row(ticket, sys_id))
    for approval in ticket.approvals:
        service.tables["sysapproval_approver"].append(_approval(approval, sys_id))
        know(service, approval.by)
    for number, edit in enumerate(ticket.history):
        service.tables["sys_audit"].append(an_edit(edit, sys_id, number))
        know(service, edit.by)


def know(service: ServiceNow, mail: str | None) -> None:
    """Make somebody a user."""
    if mail and "@" in mail:
        name = mail.partition("@")[0]
        service.tables["sys_user"].append({"sys_id": name, "user_name": name, "email": mail})


def an_edit(edit: Edit, document: str, number: int = 0) -> Row:
    """Return the row of the audit that tells of an edit."""
    return {
        "sys_id": f"{document}-{number}",
        "documentkey": document,
        "fieldname": COLUMNS.get(edit.field, edit.field),
        "oldvalue": edit.before or "",
        "newvalue": edit.after or "",
        "user": (edit.by or "").partition("@")[0],
        "sys_created_on": stamp(edit.at),
    }


def _row(ticket: Ticket, sys_id: str) -> Row:
    is_incident = ticket.kind is TicketKind.INCIDENT
    described = replace(ticket, resources=ticket.resources[1:], window_start=None, window_end=None)
    row = {
        "sys_id": sys_id,
        "number": ticket.key,
        "short_description": ticket.title,
        "description": in_sections(described),
        "state": "3",
        "state.shown": ticket.status,
        "active": "false" if ticket.closed_at else "true",
        "sys_created_on": stamp(ticket.created_at),
        "sys_updated_on": stamp(ticket.updated_at),
        "closed_at": stamp(ticket.closed_at),
        "cmdb_ci.name": ticket.resources[0] if ticket.resources else "",
        "cmdb_ci.correlation_id": "",
        "cmdb_ci.environment": "",
        **_user("assigned_to", ticket.assignee),
        **_user("caller_id" if is_incident else "requested_by", ticket.requested_by),
    }
    if is_incident:
        return row | {"resolved_at": ""}
    return row | {"start_date": stamp(ticket.window_start), "end_date": stamp(ticket.window_end)}


def _approval(approval: Approval, sys_id: str) -> Row:
    mail = approval.by
    user = {"approver": mail, "approver.email": "", "approver.user_name": ""}
    state = "approved" if approval.decision == "approved" else "rejected"
    return {
        "sys_id": f"{sys_id}-{mail}",
        "sysapproval": sys_id,
        "state": state,
        "sys_updated_on": stamp(approval.at),
        **(user if approval.is_by_deleted_user else _user("approver", mail)),
    }


def _user(column: str, mail: str | None) -> Row:
    name = (mail or "").partition("@")[0]
    return {column: name and f"id-{name}", f"{column}.email": mail or "", f"{column}.user_name": name}


def stamp(at: datetime | None) -> str:
    """Write a time as ServiceNow keeps it: in UTC, and without saying so."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if at else ""
