"""The ticket of a change as it was when the change was judged, and as it is now."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from drift.ledger.entry import format_time
from drift.model.recheck import TicketRecheck
from drift.model.ticket import Ticket
from drift.reports.dossier.page import Tone

NO_TICKET = "No ticket covers the change."


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketThenAndNow:
    """What is known of a change's ticket."""

    key: str | None
    sha256: str | None
    """Hex, of the ticket when the change was judged, as the ledger has it."""
    then: Ticket | None
    """The same ticket, where what is kept of it has that hash."""
    recheck: TicketRecheck | None
    """The last time that it was asked for again."""
    ledger_seq: int | None
    """Entry of that."""

    @property
    def latest(self) -> Ticket | None:
        """Everything that is known by now."""
        now = self.recheck.now if self.recheck else None
        return now or self.then

    @property
    def says(self) -> str:
        """Tell in a sentence or two how it stands."""
        if self.key is None:
            return NO_TICKET
        return f"{self._of_then} {self._of_now}"

    @property
    def _of_then(self) -> str:
        if self.sha256 is None:
            return "An older version judged the change, which recorded no hash of the ticket."
        if self.then is None:
            return "The ticket of then is not shown: what is kept is not what was hashed, as after erasing."
        return "The ticket of then has the hash that the ledger recorded when the change was judged."

    @property
    def _of_now(self) -> str:
        one = self.recheck
        if one is None:
            return "It was not asked for again for this pack."
        at = f"{one.at:%Y-%m-%d %H:%M} UTC"
        if one.not_asked:
            return f"It could not be asked for again at {at}: {one.not_asked}."
        if one.now is None:
            return f"At {at} its system knew it no more."
        if not one.differs:
            return f"At {at} it was the same, to the byte."
        fields = ", ".join(difference.partition(":")[0] for difference in one.differs)
        return f"At {at} it was not what it had been, in: {fields}."

    def rows(self) -> Iterator[tuple[tuple[str, str], Tone]]:
        """Yield a name and a value each, with what that says."""
        if self.key is None:
            return
        yield ("SHA-256 then", self.sha256 or "not recorded"), Tone.NONE
        if (one := self.recheck) is not None and one.sha256_now:
            tone = Tone.CANDIDATE if one.differs else Tone.GOOD
            yield ("SHA-256 now", one.sha256_now), tone
            seq = "not recorded" if self.ledger_seq is None else f"entry {self.ledger_seq}"
            yield ("Asked again", f"{one.at:%Y-%m-%d %H:%M:%S} UTC, {seq}"), Tone.NONE
            for difference in one.differs:
                yield ("Differs", difference), Tone.CANDIDATE

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield what it says, then and now."""
        if self.then:
            yield "Then", _told(self.then)
        if self.recheck and self.recheck.now and self.recheck.differs:
            yield "Now", _told(self.recheck.now)

    def as_json(self) -> dict[str, Any]:
        """Return all of it."""
        return {
            "key": self.key,
            "sha256_then": self.sha256,
            "then": msgspec.to_builtins(self.then),
            "recheck": msgspec.to_builtins(self.recheck),
            "ledger_seq": self.ledger_seq,
        }


def _told(ticket: Ticket) -> str:
    window = [format_time(one) if one else "?" for one in (ticket.window_start, ticket.window_end)]
    lines = [
        f"{ticket.key}: {ticket.title}",
        f"status {ticket.status}; requested by {ticket.requested_by or '?'}",
        f"created {format_time(ticket.created_at)}; updated {format_time(ticket.updated_at)}",
        *(f"{one.decision} by {one.by}, {format_time(one.at)}" for one in ticket.approvals),
        *([f"window {' to '.join(window)}"] if ticket.window_start or ticket.window_end else []),
        *([f"resources {', '.join(ticket.resources)}"] if ticket.resources else []),
        *([ticket.text] if ticket.text else []),
    ]
    return "\n".join(lines)
