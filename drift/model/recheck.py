"""A ticket that was asked for again, to see whether it is still what it was."""

from dataclasses import dataclass, fields
from datetime import datetime

from drift.model.ticket import Ticket

_SHORT = 120
"""Characters of a value that are told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketRecheck:
    """Body of a `ticket_recheck` entry, made when evidence is handed out."""

    system: str
    key: str
    changes: tuple[str, ...]
    """Ids of the changes that it covers and that were drawn."""
    at: datetime
    sha256_then: str | None
    """Hex, of the ticket when the changes were judged."""
    sha256_now: str | None
    now: Ticket | None
    """`None`: its system knows it no more, or was not asked."""
    differs: tuple[str, ...]
    """What is not as it was, a line each."""
    not_asked: str | None
    """Why nobody knows how it is now; `None`: it was asked for."""

    def is_of(self, system: str | None, key: str | None) -> bool:
        """Tell whether it is about this ticket."""
        return (self.system, self.key) == (system, key)


def differences(then: Ticket, now: Ticket) -> tuple[str, ...]:
    """Return what of a ticket is not as it was, a line each."""
    return tuple(
        f"{one.name.replace('_', ' ')}: {_short(before)} -> {_short(after)}"
        for one in fields(Ticket)
        if (before := getattr(then, one.name)) != (after := getattr(now, one.name))
    )


def _short(value: object) -> str:
    match value:
        case tuple():
            return f"{len(value)} of them" if value else "none"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case None | "":
            return "none"
        case _:
            text = str(value)
            return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"
