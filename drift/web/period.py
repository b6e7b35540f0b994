"""Days that somebody types, as the span of time that they mean: to and with the last day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from drift.errors import UsageError


@dataclass(frozen=True, kw_only=True, slots=True)
class Days:
    """A span of time, either end of which may be open."""

    since: datetime | None
    until: datetime | None


def days_in(given: Mapping[str, str]) -> Days:
    """Return what `from` and `to` of a form mean.

    Raises:
        UsageError: One is no day, or the last one comes before the first.
    """
    since = _day(given.get("from", ""))
    last = _day(given.get("to", ""))
    until = None if last is None else last + timedelta(days=1)
    if since and until and until <= since:
        raise UsageError("The last day comes before the first.", hint="Exchange the two.")
    return Days(since=since, until=until)


def _day(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(), UTC)
    except ValueError as error:
        raise UsageError(f"“{text[:40]}” is no day.", hint="Write it as 2026-11-30.") from error
