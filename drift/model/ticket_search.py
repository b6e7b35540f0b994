"""Looking for the ticket of a change that names none: a person chooses among the candidates."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from drift.model.ticket import TicketKind

MOST_CANDIDATES = 20
"""More than anybody reads in a list of choices."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketSearch:
    """What is known of the ticket that is looked for. A ticket that fits in any way is a candidate."""

    near: datetime
    """When the change was made."""
    people: tuple[str, ...] = ()
    """Who made it: mail addresses, or names in the ticket system."""
    resources: tuple[str, ...] = ()
    """Ids of what was changed."""
    words: tuple[str, ...] = ()
    """What somebody typed."""
    within: timedelta = timedelta(days=14)
    """How long before or after the change it may have been touched last."""
    limit: int = 5
    """How many are wanted, at most `MOST_CANDIDATES`."""

    @property
    def most(self) -> int:
        """How many may be returned."""
        return max(0, min(self.limit, MOST_CANDIDATES))

    def is_in_time(self, created_at: datetime, updated_at: datetime) -> bool:
        """Tell whether a ticket was there, and touched, about when the change was made."""
        return updated_at >= self.near - self.within and created_at <= self.near + self.within


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketCandidate:
    """A ticket that may be the one: a suggestion, which authorises nothing."""

    system: str
    key: str
    kind: TicketKind
    title: str
    status: str
    url: str | None
    requested_by: str | None
    created_at: datetime
    updated_at: datetime
    is_open: bool | None = None
