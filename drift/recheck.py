"""Asks for tickets again when evidence of their changes is handed out: a later edit or approval shows."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import msgspec
from sqlalchemy import Connection

from drift.errors import ProviderError, only_provider_errors
from drift.ledger.log import append, entries_at
from drift.model.evidence import EntryKind
from drift.model.recheck import TicketRecheck, differences
from drift.model.ticket import Ticket
from drift.ports import GrantSource, TicketSource
from drift.redacted import redact_ticket
from drift.reports.pack.request import Rechecked, Tickets
from drift.store.changes import ChangeRow
from drift.store.database import Database
from drift.store.lookup import changes_called


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """Whom tickets can be asked for again."""

    sources: Mapping[str, TicketSource] = field(default_factory=dict)
    """By their names in the configuration; they answer without secrets."""
    grants: Mapping[str, GrantSource] = field(default_factory=dict)
    """So can the requests of temporary access."""
    why_not: str | None = None
    """Why none of them can be asked, where some are configured."""

    @property
    def is_configured(self) -> bool:
        """There is somebody to ask."""
        return bool(self.sources) or bool(self.grants) or self.why_not is not None


def recheck(database: Database, change_ids: Collection[str], asking: Asking, now: datetime) -> Tickets:
    """Return the tickets of changes as they were when those were judged, and as they are now.

    What is found is recorded, also that a system could not be asked; nothing where none is configured.
    """
    with database.reading() as connection:
        then = _tickets_then(connection, change_ids)
    kept = tuple(dict.fromkeys(one for tickets in then.values() for one in tickets.values()))
    if not then or not asking.is_configured:
        return Tickets(then=kept)
    found = [_asked(system, key, of, asking, now) for (system, key), of in sorted(then.items())]
    with database.transaction() as connection:
        return Tickets(then=kept, rechecked=tuple(_recorded(connection, one, now) for one in found))


def _tickets_then(
    connection: Connection, change_ids: Collection[str]
) -> Mapping[tuple[str, str], Mapping[str, Ticket]]:
    """Return the ticket of each change that has one, by the ticket's name and the change's id.

    Not where somebody was erased from what is known of it: its system would bring the name back.
    """
    found = defaultdict[tuple[str, str], dict[str, Ticket]](dict)
    for row in changes_called(connection, change_ids):
        ticket = row.judgement.match.ticket if row.judgement else None
        if ticket is not None and _is_as_recorded(connection, row, ticket):
            found[ticket.system, ticket.key][row.change.change_id] = ticket
    return found


def _is_as_recorded(connection: Connection, row: ChangeRow, ticket: Ticket) -> bool:
    """Tell whether a ticket is kept as it was when the entry about its change was made."""
    for entry in entries_at(connection, [row.ledger_seq] if row.ledger_seq is not None else []):
        said = msgspec.json.decode(entry.body or b"{}", type=_Said)
        return entry.salt is not None and said.ticket_sha256 in (None, ticket.sha256)
    return False


class _Said(msgspec.Struct, frozen=True):
    ticket_sha256: str | None = None
    """`None` in entries of versions that did not record it."""


def _asked(system: str, key: str, of: Mapping[str, Ticket], asking: Asking, now: datetime) -> TicketRecheck:
    then = max(of.values(), key=lambda one: one.updated_at)
    found, problems = _find(system, key, asking)
    return TicketRecheck(
        system=system,
        key=key,
        changes=tuple(sorted(of)),
        at=now,
        sha256_then=then.sha256,
        sha256_now=found.sha256 if found else None,
        now=found,
        differs=differences(then, found) if found else (),
        not_asked="; ".join(problems) or None if found is None else None,
    )


def _find(system: str, key: str, asking: Asking) -> tuple[Ticket | None, list[str]]:
    problems = [asking.why_not] if asking.why_not else []
    for name, ask in _lookups(system, key, asking):
        try:
            with only_provider_errors("asking for a ticket again"):
                found = ask()
        except ProviderError as error:
            problems.append(f"{name}: {error.what}")
            continue
        if found is not None:
            return found, []
    return None, problems


def _lookups(system: str, key: str, asking: Asking) -> Iterator[tuple[str, Callable[[], Ticket | None]]]:
    """Yield everybody who may know a ticket, and how they are asked for it."""
    for name, source in asking.sources.items():
        yield name, partial(_of, system, key, source)
    for name, grants in asking.grants.items():
        yield name, partial(_request, system, key, grants)


def _request(system: str, key: str, source: GrantSource) -> Ticket | None:
    found = source.request(key)
    return redact_ticket(found) if found and found.system == system else None


def _of(system: str, key: str, source: TicketSource) -> Ticket | None:
    tickets: Iterator[Ticket] = iter(source.find({key}, set()))
    return next((one for one in tickets if one.system == system and one.is_called(key)), None)


def _recorded(connection: Connection, found: TicketRecheck, now: datetime) -> Rechecked:
    ref = f"{found.system}:{found.key}"
    entry = append(connection, kind=EntryKind.TICKET_RECHECK, ref=ref, body=found, recorded_at=now)
    return Rechecked(recheck=found, ledger_seq=entry.seq)
