"""Does the watch itself work? Sources, jobs, messages, gaps, and the alarms that stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from drift.model.review import ReviewRules
from drift.reports.status import Status, read_status
from drift.store.alarms import AlarmRow, alarms
from drift.store.gaps import GapRow, open_gaps


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """What is configured to be watched, by name."""

    sources: Sequence[str]
    directories: Sequence[str] = ()
    anchors: Sequence[str] = ()
    reviews: ReviewRules | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How the watch stands now. It is of no period, and shows no change."""

    status: Status
    alarms: tuple[AlarmRow, ...]
    """Those that stand, the oldest first."""
    gaps: tuple[GapRow, ...]
    """Those that nobody accepted, the oldest first."""


def health(connection: Connection, watched: Watched, *, now: datetime) -> Health:
    """Return how the watch stands."""
    return Health(
        status=read_status(
            connection, watched.sources, now, watched.directories, watched.reviews, watched.anchors
        ),
        alarms=tuple(alarms(connection)),
        gaps=tuple(open_gaps(connection)),
    )
