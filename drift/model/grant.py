"""Access that was asked for, approved and given for a time."""

import re
from dataclasses import dataclass

from drift.model.ticket import Ticket


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """A role in one account that somebody was given for a time, with the request that was approved."""

    request: Ticket
    """Its account, its approval, and as its window the time for which the access was given."""
    account: str
    role: re.Pattern[str]
    """What the role is called that it gives, without a path."""
    grantees: tuple[str, ...]
    """The names of the one person to whom it was given."""
    ticket_key: str | None = None
    """The ticket that the request names."""
