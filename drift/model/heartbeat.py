"""That the service ran, and what its jobs did meanwhile."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class JobTurns:
    """What one job did."""

    job: str
    schedule: str
    """How often it is due: `every 60 s`, or as crontab writes it."""
    turns: int = 0
    failures: int = 0
    """Of these, the turns that could not do their work."""
    deaths: int = 0
    """Turns that ended in an error that nobody had foreseen; they count in neither of the others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heartbeat:
    """Body of a `heartbeat` entry: the service ran without a break in between."""

    from_at: datetime
    to_at: datetime
    jobs: tuple[JobTurns, ...]
    """All of them, by their names, also those that were not due."""
