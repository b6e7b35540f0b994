"""Delivers logs that can only be asked for by time, a minute at a time.

A minute is a delivery, and its version a hash of what is in it: one that came late makes the minute
another version, which is read once more, and the store knows the records that it has. So each poll
goes back a little, and now and then further: services do not promise when a record can be seen.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO

from drift.errors import PartlyUnreadError, ProviderError, ProviderResponseError
from drift.ports import Delivery
from providers.azure.record import moment
from providers.azure.spans import MINUTE, MOST, Row, Span, TimedLog, spans

QUIET = timedelta(days=1)

CLOCKS_DIFFER = timedelta(minutes=5)

_NAME = re.compile(r"(?P<log>[^/]+)/(?P<begin>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)/(?P<seconds>\d{1,2})s")

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class LookBack:
    """How far a poll goes back behind the newest record that was read."""

    always: timedelta
    hourly: timedelta
    """Of a poll in another hour than the newest record's."""

    def begin(self, position: datetime, now: datetime) -> datetime:
        """Return from when on a poll reads."""
        is_same_hour = timedelta() <= now - position < timedelta(hours=1) and now.hour == position.hour
        return position - (self.always if is_same_hour else self.hourly)


class ByTime:
    """An `AuditLog` of several logs, one after the other; the cursor says how far each was read."""

    def __init__(
        self,
        *,
        logs: Sequence[TimedLog],
        look_back: LookBack,
        delay: timedelta,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._logs = logs
        self._look_back = look_back
        self._delay = delay
        self._clock = clock

    @property
    def delay(self) -> timedelta:
        """Return how long Microsoft says that a record may take until it can be read."""
        return self._delay

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver what is newer than the cursor, or hardly older; see `AuditLog`.

        A log that cannot be read hides no other: what the others say comes first.
        """
        positions, unread, now = dict(_positions(cursor)), dict[str, ProviderError](), self._clock()
        for log in self._logs:
            known = positions.get(log.name)
            try:
                for minute, inside in self._minutes(log, known, now):
                    positions[log.name] = max(minute.begin, known or minute.begin)
                    yield _delivery(log.name, minute, inside, _written(positions))
            except ProviderError as error:
                unread[log.name] = error
        if len(unread) == 1:
            raise next(iter(unread.values()))
        if unread:
            raise PartlyUnreadError(unread, what="logs")

    def again(self, name: str) -> Delivery | None:
        """Ask once more for the minute of this name; see `AuditLog`."""
        found = _NAME.fullmatch(name)
        log = next((one for one in self._logs if found and one.name == found["log"]), None)
        begin = moment(found["begin"]) if found else None
        if found is None or log is None or begin is None:
            raise ProviderResponseError(f"{name} is none of this source", hint="check what it reads")
        minute = Span(begin=begin, end=begin + timedelta(seconds=int(found["seconds"])))
        for told, inside in _minutes(minute, log.read(minute, MOST) or ()):
            return _delivery(log.name, told, inside, _written({log.name: begin}))
        raise ProviderResponseError(
            f"{name} is gone", hint="the service keeps its records for some time only"
        )

    def _minutes(
        self, log: TimedLog, known: datetime | None, now: datetime
    ) -> Iterator[tuple[Span, Sequence[Row]]]:
        """Yield the minutes of a log; one without records at the end, after a day without any.

        So the cursor moves on, and a log in which nothing happens is not taken for one that was not read.
        """
        begin = log.oldest(now) if known is None else self._look_back.begin(known, now)
        if begin is None:
            return
        kept_since = None if log.keeps is None else now - log.keeps + CLOCKS_DIFFER
        begin = max(begin, kept_since or begin)
        newest = known
        for span, rows in spans(log, Span(begin=_minute(begin), end=_minute(now) + 2 * MINUTE)):
            for minute, inside in _minutes(span, rows):
                newest = max(newest or minute.begin, minute.begin)
                yield minute, inside
        if newest and now - newest > QUIET:
            yield Span(begin=_minute(now), end=_minute(now)), ()
        if known and kept_since and known < kept_since:
            raise ProviderResponseError(
                f"{log.name}: what was logged from {known:{_FORM}} to {kept_since:{_FORM}} is no longer kept",
                hint="read this source more often than its records are erased",
            )


def _minutes(span: Span, rows: Sequence[Row]) -> Iterator[tuple[Span, Sequence[Row]]]:
    """Yield the minutes of a span in which there is something, the oldest first.

    A record without a time stands at the beginning; one at the very end belongs to what follows.
    """
    found = defaultdict[datetime, list[Row]](list)
    for row in rows:
        at = max(row.at or span.begin, span.begin)
        if at != span.end:
            found[_minute(min(at, span.end - timedelta(seconds=1)))].append(row)
    for minute in sorted(found):
        inside = Span(begin=max(minute, span.begin), end=min(minute + MINUTE, span.end))
        yield inside, sorted(found[minute], key=lambda row: (row.at or span.begin, row.body))


def _delivery(log: str, span: Span, rows: Sequence[Row], cursor: str) -> Delivery:
    body = b'{"value":[' + b",\n".join(row.body for row in rows) + b"]}"
    return Delivery(
        name=f"{log}/{span.begin:{_FORM}}/{span.length // timedelta(seconds=1)}s",
        version=sha256(body).hexdigest()[:16],
        cursor=cursor,
        open=partial(BytesIO, body),
    )


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _positions(cursor: str | None) -> Mapping[str, datetime]:
    """Return how far each log was read; a cursor that is none of ours means that nothing was."""
    try:
        said = json.loads(cursor or "{}")
    except ValueError:
        return {}
    each = said.items() if isinstance(said, dict) else ()
    return {log: at for log, text in each if isinstance(text, str) and (at := moment(text)) is not None}


def _written(positions: Mapping[str, datetime]) -> str:
    return json.dumps({log: f"{at:{_FORM}}" for log, at in sorted(positions.items())}, separators=(",", ":"))
