"""What was delivered and could not be read, and when it is tried again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

WAITS = (timedelta(), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
"""After each attempt but the last. One that fails after all of these sets the delivery aside."""

UNSEEN_FOR = timedelta(days=1)
"""What waits for another attempt and is delivered no more for so long is set aside too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A delivery, or one record of it, that could not be read."""

    source: str
    name: str
    """As the source named the delivery."""
    version: str
    index: int | None
    """Of the record in the delivery; `None`: nothing of the delivery could be read any further."""
    sha256: str | None
    """Of the record's bytes, or of the damaged region."""
    error: str
    attempts: int
    first_at: datetime
    last_at: datetime
    next_attempt_at: datetime | None
    """`None`: it is in quarantine, and tried again only when somebody asks for it."""

    def is_waiting(self) -> bool:
        """Tell whether it is tried again by itself."""
        return self.next_attempt_at is not None

    def is_due(self, now: datetime) -> bool:
        """Tell whether it is to be tried now."""
        return self.next_attempt_at is not None and self.next_attempt_at <= now

    def is_spent(self, now: datetime) -> bool:
        """Tell whether it waits for no good, and is to be set aside."""
        is_tried = self.attempts > len(WAITS)
        return self.is_waiting() and (is_tried or now - self.last_at > UNSEEN_FOR)

    def failed_again(self, error: str, now: datetime, *, counts: bool) -> "Unread":
        """Return what is known after one more attempt.

        Where the whole source is down, an attempt tells nothing of the delivery, and does not count.
        """
        attempts = self.attempts + counts
        wait = WAITS[min(max(attempts, 1), len(WAITS)) - 1]
        return replace(self, error=error, attempts=attempts, last_at=now, next_attempt_at=now + wait)
