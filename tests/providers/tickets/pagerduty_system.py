"""PagerDuty: incidents, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from drift.model.secret import Secret
from drift.model.ticket import Edit, Ticket, TicketKind
from drift.ports import TicketSource
from providers.pagerduty.tickets import PagerDutyIncidents, PagerDutyIncidentsSettings
from tests.providers.tickets.pagerduty import PagerDuty
from tests.providers.tickets.server import TOKEN, Answer, served
from tests.providers.tickets.system import TicketSystem

SITE = "example.pagerduty.com"

FORBIDDEN = Answer(status=403, body={"error": {"message": "Access Denied", "code": 2010}})


def settings_for(url: str, token: str = TOKEN) -> PagerDutyIncidentsSettings:
    """Settings of an account where nothing is unusual."""
    return PagerDutyIncidentsSettings(base_url=url, token=Secret(token), site=SITE)


@contextmanager
def pagerduty(_: Path) -> Iterator[TicketSystem]:
    """One account."""
    service = PagerDuty()
    with served(service) as server:

        def source(token: str) -> TicketSource:
            return PagerDutyIncidents(settings_for(server.url, token))

        def change(field: str, value: str | None) -> None:
            for incident in service.incidents.values():
                incident.pop(field)
                incident.update({field: value} if value is not None else {})

        yield TicketSystem(
            source=source(TOKEN),
            file=lambda ticket: file(service, ticket),
            break_down=lambda: setattr(server, "fault", lambda _: Answer(status=503, body={})),
            key=f"{SITE}#Q{{:06}}".format,
            kinds=frozenset({TicketKind.INCIDENT}),
            server=server,
            with_token=source,
            forbidden=FORBIDDEN,
            permission="the scope incidents.read",
            loop=lambda: setattr(service, "is_looping", True),
            drop=lambda field: change(field, None),
            required="title",
            spoil_time=lambda: change("created_at", "yesterday"),
        )


def file(service: PagerDuty, ticket: Ticket) -> None:
    """Let an incident stand as it would have been declared."""
    id_ = ticket.key.partition("#")[2]
    service.incidents[id_] = {
        "id": id_,
        "type": "incident",
        "incident_number": 1,
        "title": ticket.title,
        "summary": f"[#1] {ticket.title}",
        "description": ticket.text,
        "status": "resolved" if ticket.closed_at else "triggered",
        "created_at": stamp(ticket.created_at),
        "updated_at": stamp(ticket.updated_at),
        "last_status_change_at": stamp(ticket.updated_at),
        "resolved_at": stamp(ticket.closed_at) if ticket.closed_at else None,
        "html_url": f"https://{SITE}/incidents/{id_}",
        "service": {"id": "PSERVICE", "type": "service_reference", "summary": "web"},
        "assignments": [{"assignee": a_user(service, ticket.assignee)}] if ticket.assignee else [],
        "first_trigger_log_entry": {
            "id": "R1",
            "type": "trigger_log_entry",
            "agent": a_user(service, ticket.requested_by) if ticket.requested_by else None,
        },
    }
    service.logs[id_] = [an_entry(service, edit) for edit in ticket.history]


def a_user(service: PagerDuty, mail: str) -> dict[str, Any]:
    """Return how a user is named, and make one."""
    id_ = f"P{mail.partition('@')[0].upper()}"
    service.users[id_] = mail
    return {"id": id_, "type": "user_reference", "summary": mail.partition("@")[0].title()}


def an_entry(service: PagerDuty, edit: Edit, type_: str = "annotate_log_entry") -> dict[str, Any]:
    """Return what the log tells of an edit."""
    agent = a_user(service, edit.by) if edit.by else None
    return {
        "id": "R2",
        "type": type_,
        "created_at": stamp(edit.at),
        "agent": agent,
        "channel": {"type": "web"},
    }


def stamp(at: datetime) -> str:
    """Write a time as PagerDuty does."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
