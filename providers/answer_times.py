"""What time it is where the services answer: nearly each answer over HTTP says so in its `Date`.

https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1. Kept for the whole process, since a wrong clock of ours
is wrong for all that is asked, whichever adapter asks.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from drift.ports import AnswerTime

MOST_HOSTS = 100

_latest: dict[str, AnswerTime] = {}


def note_answer(url: str, headers: Mapping[str, str], now: Callable[[], datetime] | None = None) -> None:
    """Note what time an answer bears. One out of a cache, or without a time, says nothing."""
    ours = now() if now else datetime.now(UTC)
    given = {name.lower(): value for name, value in headers.items() if name.lower() in {"date", "age"}}
    host = _host_of(url)
    if host is None or "date" not in given or "age" in given:
        return
    try:
        theirs = parsedate_to_datetime(given["date"])
    except (ValueError, OverflowError):
        return
    if theirs.tzinfo is None or (host not in _latest and len(_latest) >= MOST_HOSTS):
        return
    _latest[host] = AnswerTime(theirs=theirs.astimezone(UTC), ours=ours)


def answer_times() -> Mapping[str, AnswerTime]:
    """Return the last answer of each host."""
    return dict(_latest)


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
