"""Tickets recorded in files, for stories, exports and air-gapped use."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from msgspec import structs

from drift.model.ticket import Approval, ApprovalDecision, Edit, Ticket, TicketKind
from drift.model.ticket_search import TicketCandidate, TicketSearch
from providers.recorded.documents import Row, newest_time, read_documents
from providers.ticket_candidates import likeliest


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

    def check(self) -> str:
        """Read the files."""
        number = len(self._newest())
        return f"{number:,} recorded {'ticket' if number == 1 else 'tickets'}"

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        """Return the tickets with these keys, and those that name these resources, in order of their keys."""
        return [
            ticket
            for ticket in self._newest()
            if not set(keys).isdisjoint((ticket.key, *ticket.former_keys))
            or not set(resource_ids).isdisjoint(ticket.resources)
        ]

    def deleted(self, keys: Collection[str]) -> Collection[str]:
        """Return nothing: a file does not say what it once held."""
        return ()

    def candidates(self, search: TicketSearch) -> Sequence[TicketCandidate]:
        """Return the tickets that fit what is known; see `TicketSource`."""
        return likeliest(search, self._newest())

    def _newest(self) -> Sequence[Ticket]:
        found: dict[tuple[str, str], _Ticket] = {}
        for ticket in self._tickets():
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
    name: str | None = None
    is_by_deleted_user: bool = False


class _RecordedEdit(Row, frozen=True):
    at: datetime
    field: str
    by: str | None = None
    before: str | None = None
    after: str | None = None


class _Window(Row, frozen=True):
    start: datetime
    end: datetime


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
    is_open: bool | None = None
    closed_at: datetime | None = None
    project: str | None = None
    accounts: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    text: str = ""
    history: tuple[_RecordedEdit, ...] = ()
    former_keys: tuple[str, ...] = ()


class _Document(Row, frozen=True):
    tickets: tuple[_Ticket, ...]


def _translated(ticket: _Ticket) -> Ticket:
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
        approvals=tuple(Approval(**structs.asdict(given)) for given in ticket.approvals),
        resources=ticket.resources,
        window_start=ticket.window.start if ticket.window else None,
        window_end=ticket.window.end if ticket.window else None,
        is_open=ticket.closed_at is None if ticket.is_open is None else ticket.is_open,
        closed_at=ticket.closed_at,
        project=ticket.project,
        accounts=ticket.accounts,
        environments=ticket.environments,
        text=ticket.text,
        history=tuple(Edit(**structs.asdict(edit)) for edit in ticket.history),
        former_keys=ticket.former_keys,
    )
