"""A ticket system whose tickets have lost their secrets before anything of ours sees them."""

from collections.abc import Collection, Sequence

from drift.model.ticket import Ticket
from drift.model.ticket_search import TicketCandidate, TicketSearch
from drift.ports import TicketSource
from drift.redacted import redact_candidate, redact_ticket


class RedactedTickets:
    """A `TicketSource` in front of another one: wiring puts it there, so that nobody can forget to."""

    def __init__(self, source: TicketSource) -> None:
        self._source = source

    def check(self) -> str:
        """Try the other one."""
        return self._source.check()

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        """Return what the other one finds, without secrets and with short descriptions."""
        return [redact_ticket(one) for one in self._source.find(keys, resource_ids)]

    def deleted(self, keys: Collection[str]) -> Collection[str]:
        """Return what the other one says."""
        return self._source.deleted(keys)

    def candidates(self, search: TicketSearch) -> Sequence[TicketCandidate]:
        """Return what the other one suggests, without secrets."""
        return [redact_candidate(one) for one in self._source.candidates(search)]
