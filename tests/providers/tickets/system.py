"""A ticket system as the contract suite sees it: a source, and what people do at its other end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from drift.model.ticket import Ticket, TicketKind
from drift.ports import TicketSource
from tests.providers.tickets.server import Answer, Server


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketSystem:
    """A source of tickets, and its other end."""

    source: TicketSource
    file: Callable[[Ticket], None]
    """Make a ticket, or bring the one with its key up to date."""
    break_down: Callable[[], None]
    key: Callable[[int], str] = "OPS-{}".format
    """What the nth ticket is called."""
    incident_key: Callable[[int], str] | None = None
    """What the nth incident is called, where that differs."""
    who: Callable[[str], str] = "{}@example.com".format
    """What somebody with this first name is called."""
    kinds: frozenset[TicketKind] = frozenset(TicketKind)
    server: Server | None = None
    """`None`: it is no server."""
    with_token: Callable[[str], TicketSource] | None = None
    """A source like this one, that shows another token."""
    forbidden: Answer = field(default_factory=lambda: Answer(status=403, body={}))
    """How it refuses what a token may not do."""
    permission: str = ""
    """What the message about that names."""
    loop: Callable[[], None] | None = None
    """From now on its pages lead in a circle."""
    drop: Callable[[str], None] | None = None
    """Leave something out of every ticket that each has: this field."""
    required: str = ""
    """Such a field."""
    spoil_time: Callable[[], None] | None = None
    """Let every ticket say that it was created "yesterday"."""
    delete: Callable[[str], None] | None = None
    """Delete a ticket, of a system that remembers that."""


def in_their_zone(at: datetime) -> str:
    """Write a time as Jira does, in the zone of whoever asks."""
    local = at.astimezone(timezone(timedelta(hours=1)))
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03}{local:%z}"


def in_sections(ticket: Ticket) -> str:
    """Write a description with the sections that say what a ticket is for."""
    lines = [ticket.text]
    for name, values in (
        ("Resources", ticket.resources),
        ("Accounts", ticket.accounts),
        ("Environments", ticket.environments),
    ):
        if values:
            lines.append(f"{name}: {', '.join(values)}")
    if ticket.window_start and ticket.window_end:
        lines.append(f"Window: {ticket.window_start.isoformat()} to {ticket.window_end.isoformat()}")
    return "\n".join(lines)
