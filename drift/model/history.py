"""What replay takes in belongs to the past: it is recorded and judged, and nobody is told of it."""

from dataclasses import dataclass
from datetime import datetime

HISTORY = "history:"
"""What the sources of replay are called in the store and in evidence, before their own names."""


def history_of(name: str) -> str:
    """Return what a source is called when it is gone through again."""
    return f"{HISTORY}{name}"


def is_history(source: str) -> bool:
    """Tell whether a source is gone through again; no configured one may be called like it."""
    return source.startswith(HISTORY)


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeSpan:
    """From one time up to, not including, another; open where one is not given."""

    since: datetime | None = None
    until: datetime | None = None

    def has(self, at: datetime | None) -> bool:
        """Tell whether a time lies within it. What bears none is in every span, so that it is not lost."""
        if at is None:
            return True
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)

    def __str__(self) -> str:
        """Return both ends, as far as they are given."""
        ends = (f"{one:%Y-%m-%dT%H:%M:%SZ}" if one else "" for one in (self.since, self.until))
        return "/".join(ends)


EVER = TimeSpan()
"""All of time."""
