"""Write what a story concludes as the JSON files beside its recording."""

from datetime import datetime

from tests.recorder.model import Change, Finding, Json, Telling, Ticket
from tests.recorder.trail import stamp


def expected_document(sentence: str, telling: Telling) -> Json:
    """Return expected.json."""
    return {
        "story": sentence,
        "changes": [_change(change) for change in telling.changes],
        "findings": [_finding(finding) for finding in telling.findings],
    }


def tickets_document(telling: Telling) -> Json:
    """Return tickets.json."""
    return {"tickets": [_ticket(ticket) for ticket in telling.tickets]}


def _change(change: Change) -> Json:
    return {
        "resource": {"type": change.type, "id": change.id},
        "actor": {"kind": change.kind, "name": change.actor},
        "channel": change.channel,
        "tool": change.tool,
        "lane": change.lane,
        "disposition": change.disposition,
        "ticket": change.ticket,
        "alert": change.alert,
    }


def _finding(finding: Finding) -> Json:
    return {
        "kind": finding.kind,
        "address": finding.address,
        "type": finding.type,
        "resource_id": finding.id,
        "paths": list(finding.paths),
    }


def _ticket(ticket: Ticket) -> Json:
    return {
        "key": ticket.key,
        "system": "jira",
        "kind": ticket.kind,
        "title": ticket.title,
        "status": ticket.status,
        "url": f"https://example.atlassian.net/browse/{ticket.key}",
        "requested_by": ticket.requested_by,
        "assignee": ticket.assignee,
        "created_at": stamp(ticket.created_at),
        "updated_at": stamp(ticket.updated_at),
        "approvals": [_approval(by, at) for by, at in ticket.approvals],
        "resources": list(ticket.resources),
        "window": None,
    }


def _approval(by: str, at: datetime) -> Json:
    return {"by": by, "decision": "approved", "at": stamp(at)}
