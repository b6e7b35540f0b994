"""Times of the stories: ISO week 2026-W47, in UTC."""

from datetime import UTC, datetime


def november(day: int, clock: str) -> datetime:
    """Return a time of November 2026, as in `november(17, "14:12:31")`."""
    return datetime.fromisoformat(f"2026-11-{day:02}T{clock}").replace(tzinfo=UTC)


def october(day: int, clock: str) -> datetime:
    """Return a time of October 2026, when most of the resources were first applied."""
    return datetime.fromisoformat(f"2026-10-{day:02}T{clock}").replace(tzinfo=UTC)
