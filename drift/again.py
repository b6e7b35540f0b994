"""Which sessions are judged once more although nothing is known to be new: a ticket may be there by now.

There can be thousands, so they come in small portions, between which what is new has its turn, and
altogether they take a tenth of the time at most.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from drift.compare import JUDGED_AGAIN_FOR
from drift.store.database import Database
from drift.store.to_judge import sessions_open, sessions_pending

PENDING_AGAIN_EVERY = timedelta(minutes=1)
"""How often a ticket is looked for while there is still time to name one."""

OPEN_AGAIN_EVERY = timedelta(minutes=5)
"""The same afterwards: asking costs others something."""

AT_ONCE = 50

SHARE = 10
"""A round begins no sooner than after so many times as long as the last one took."""


class Again:
    """The sessions that wait for their turn in this round."""

    def __init__(self) -> None:
        self._waiting = deque[str]()
        self._begun_at: datetime | None = None
        self._open_begun_at: datetime | None = None
        self._took = timedelta()

    @property
    def has_more(self) -> bool:
        """The round is not over."""
        return bool(self._waiting)

    def portion(self, database: Database, now: datetime) -> Sequence[str]:
        """Return some sessions to be judged now, or none where it is too soon for another round."""
        if not self._waiting:
            self._begin(database, now)
        portion = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
        if portion and not self._waiting and self._begun_at is not None:
            self._took = now - self._begun_at
        return portion

    def _begin(self, database: Database, now: datetime) -> None:
        if not _is_over(self._begun_at, max(PENDING_AGAIN_EVERY, SHARE * self._took), now):
            return
        self._begun_at, self._took = now, timedelta()
        with database.reading() as connection:
            self._waiting.extend(sessions_pending(connection))
            if _is_over(self._open_begun_at, OPEN_AGAIN_EVERY, now):
                self._open_begun_at = now
                self._waiting.extend(sessions_open(connection, now - JUDGED_AGAIN_FOR))


def _is_over(since: datetime | None, wait: timedelta, now: datetime) -> bool:
    return since is None or now - since >= wait
