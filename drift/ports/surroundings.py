"""What adapters have in common beside their work, and the time."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    # `classify` waits for every import, and has nothing to do with these.
    from drift.model.api_calls import ApiCalls


class Meter(Protocol):
    """Counts what one adapter asks its service for."""

    def read(self) -> "ApiCalls":
        """Return what it counted since the program began. May be asked from any thread."""
        ...


class Clock(Protocol):
    """Tells the time that judgements are made at."""

    def now(self) -> datetime:
        """Return the time, aware and in UTC."""
        ...


@runtime_checkable
class Recorded(Protocol):
    """An adapter whose answers were recorded earlier."""

    def read_at(self) -> datetime | None:
        """Return the newest time in the recording, if it bears one."""
        ...


@runtime_checkable
class Remarking(Protocol):
    """An adapter that decided something for its user, who should know of it."""

    def remarks(self) -> Sequence[str]:
        """Return what it decided so far, a sentence each."""
        ...
