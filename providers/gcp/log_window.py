"""How far the entries were read: by the time at which Logging received them, since they come late.

Logging sorts entries by their own time alone. So what was received since a certain moment is one window,
which is read from its oldest entry to its newest; what is received meanwhile belongs to the next one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from providers.gcp.place import Log

SECOND: Final = 1_000_000_000
"""All times here are in nanoseconds since 1970, as exact as Logging's own."""

LATEST: Final = timedelta(days=1)
"""An entry that is received even later than this after its own time is not found. Without such a bound
every question would search all that is kept, which is more than a year."""

_CURSOR = re.compile(r"(?P<mark>\d{1,19})(?: (?P<since>\d{1,19}|-) (?P<reached>\d{1,19}))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """What was received since a moment, and how far of it was read."""

    since: int | None = None
    """When it begins, by the time of receipt; `None` if it begins with the oldest entry."""
    mark: int | None = None
    """What was received up to this moment is read once the window is. `None` before the first page."""
    reached: int | None = None
    """The time of the newest entry that was read; `None` before the first page."""

    @property
    def cursor(self) -> str:
        """Resumes within the window."""
        return f"{self.mark} {'-' if self.since is None else self.since} {self.reached}"

    @property
    def end(self) -> str:
        """Resumes after the window: the cursor of its last page."""
        return str(self.mark)

    @property
    def next(self) -> "Window":
        """Return the window that begins where this one ends."""
        return Window(since=self.mark)

    def marked(self, received_at: int) -> "Window":
        """Return it with its mark, which never goes back."""
        return replace(self, mark=max(received_at, self.since or 0))

    def up_to(self, at: int) -> "Window":
        """Return it, read as far as the entries of this time."""
        return replace(self, reached=max(at, self.reached or 0))

    def received_from(self, overlap: timedelta) -> int | None:
        """Return the time of receipt from which entries are asked for: what is received may show up later."""
        return None if self.since is None else self.since - _ns(overlap)

    def filter_of(self, logs: Iterable[Log], *, overlap: timedelta, begins_at: datetime | None) -> str:
        """Return the question for the rest of the window, in Logging's query language.

        It begins with the entries of the time that was reached: others may bear the same time.
        """
        either = " OR ".join(f'log_id("cloudaudit.googleapis.com/{log}")' for log in logs)
        clauses, received_from = [f"({either})"], self.received_from(overlap)
        oldest = None if begins_at is None else _ns(begins_at - datetime(1970, 1, 1, tzinfo=UTC))
        if received_from is not None:
            clauses.append(f'receiveTimestamp>="{_text(received_from)}"')
            oldest = received_from - _ns(LATEST)
        if self.reached is not None:
            oldest = max(self.reached, oldest or 0)
        if oldest is not None:
            clauses.append(f'timestamp>="{_text(oldest)}"')
        return " AND ".join(clauses)


def window_at(cursor: str | None) -> Window:
    """Return the window in which a cursor resumes; one that is none of ours means everything."""
    found = _CURSOR.fullmatch(cursor or "")
    if not found:
        return Window()
    mark = int(found["mark"])
    if found["reached"] is None:
        return Window(since=mark)
    since = None if found["since"] == "-" else int(found["since"])
    return Window(since=since, mark=mark, reached=int(found["reached"]))


def _ns(length: timedelta) -> int:
    return length // timedelta(microseconds=1) * 1000


def _text(at: int) -> str:
    seconds, rest = divmod(max(at, 0), SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
