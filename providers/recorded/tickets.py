"""Tickets recorded in files, for stories, exports and air-gapped use."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from drift.model.ticket import Approval, ApprovalDecision, Edit, Ticket, TicketKind
from providers.recorded.documents import Row, newest_time, read_documents


class RecordedTicketsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the recorded tickets are."""

    path: str
    """A JSON file, or a glob of them."""


class RecordedTickets:
    """A `TicketSource` that reads its files again whenever it is asked.

    Where several files hold the same ticket, the one updated last counts.
    """

    def __init__(self, settings: RecordedTicketsSettings) -> None:
        self._path = settings.path

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        """Return the tickets with these keys, and those that name these resources, in order of their keys."""
        found: dict[tuple[str, str], _Ticket] = {}
        for ticket in self._tickets():
            if ticket.key in keys or not set(resource_ids).isdisjoint(ticket.resources):
                known = found.get((ticket.system, ticket.key))
                if known is None or known.updated_at <= ticket.updated_at:
                    found[ticket.system, ticket.key] = ticket
        return [_translated(found[name]) for name in sorted(found)]

    def read_at(self) -> datetime | None:
        """Return the latest time in the files: the recording shows how things stood then."""
        return newest_time(self._tickets())

    def _tickets(self) -> Sequence["_Ticket"]:
        return [ticket for document in read_documents(self._path, _Document) for ticket in document.tickets]


class _Approval(Row, frozen=True):
    by: str
    decision: ApprovalDecision
    at: datetime


class _Window(Row, frozen=True):
    start: datetime
    end: datetime


class _Edit(Row, frozen=True):
    at: datetime
    field: str
    by: str | None = None


class _Ticket(Row, frozen=True):
    key: str
    system: str
    kind: TicketKind
    title: str
    status: str
    created_at: datetime
    updated_at: datetime
    url: str | None = None
    requested_by: str | None = None
    assignee: str | None = None
    approvals: tuple[_Approval, ...] = ()
    resources: tuple[str, ...] = ()
    window: _Window | None = None
    project: str | None = None
    accounts: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    is_open: bool | None = None
    closed_at: datetime | None = None
    history: tuple[_Edit, ...] = ()
    text: str = ""
    sha256: str | None = None


class _Document(Row, frozen=True):
    tickets: tuple[_Ticket, ...]


def _translated(ticket: _Ticket) -> Ticket:
    approvals = (Approval(by=given.by, decision=given.decision, at=given.at) for given in ticket.approvals)
    return Ticket(
        system=ticket.system,
        key=ticket.key,
        kind=ticket.kind,
        title=ticket.title,
        status=ticket.status,
        url=ticket.url,
        requested_by=ticket.requested_by,
        assignee=ticket.assignee,
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        approvals=tuple(approvals),
        resources=ticket.resources,
        window_start=ticket.window.start if ticket.window else None,
        window_end=ticket.window.end if ticket.window else None,
        project=ticket.project,
        accounts=ticket.accounts,
        environments=ticket.environments,
        is_open=ticket.is_open,
        closed_at=ticket.closed_at,
        history=tuple(Edit(at=one.at, by=one.by, field=one.field) for one in ticket.history),
        text=ticket.text,
        sha256=ticket.sha256,
    )
