"""Spans of time, read from the oldest to the newest, each as long as what is in it can be held.

A service that holds back part of an answer, since there is too much, is asked for less: a span of
which not everything came is never taken for whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from drift.errors import ProviderResponseError

HELD = 2000
"""How many records are held at a time: about 10 MB, of which an SDK may make several copies."""

MOST = 20_000
"""Of the shortest span, which cannot be cut."""

MINUTE = timedelta(minutes=1)
SHORTEST = timedelta(seconds=1)
SHORTER = 8
"""By how much a span is cut that holds too much."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The time from `begin` until before `end`, in whole seconds."""

    begin: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Its duration."""
        return self.end - self.begin


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A record, as it was delivered."""

    at: datetime | None
    """The time by which its log is read; `None` where it bears none."""
    body: bytes


class TimedLog(Protocol):
    """A log that is asked for spans of time."""

    @property
    def name(self) -> str:
        """Its name within the source, without a slash: the id of a subscription, the name of a table."""
        ...

    @property
    def keeps(self) -> timedelta | None:
        """How long records are kept, where that does not depend on how the service is set up."""
        ...

    def oldest(self, now: datetime) -> datetime | None:
        """Return a time before which there is nothing; `None` where there is nothing at all.

        Raises:
            ProviderError: It cannot be asked.
        """
        ...

    def read(self, span: Span, most: int) -> Sequence[Row] | None:
        """Return what is in the span, in any order; `None` if that is, or may be, more than `most`.

        Raises:
            ProviderError: It cannot be read.
        """
        ...


def spans(log: TimedLog, whole: Span) -> Iterator[tuple[Span, Sequence[Row]]]:
    """Yield what is in a span, in parts that can be held, the oldest first.

    Raises:
        ProviderError: A part cannot be read; what was yielded before stands.
    """
    begin, length = whole.begin, whole.length
    while begin < whole.end:
        span = Span(begin=begin, end=min(_end(begin, length), whole.end))
        is_shortest = span.length <= SHORTEST
        rows = log.read(span, MOST if is_shortest else HELD)
        if rows is not None:
            yield span, rows
            begin, length = span.end, 2 * span.length if len(rows) < HELD // 4 else span.length
        elif is_shortest:
            raise ProviderResponseError(
                f"{log.name}: more than {MOST} records in one second, at {span.begin:%Y-%m-%dT%H:%M:%SZ}",
                hint="report it: this source cannot be read any further",
            )
        else:
            length = max(SHORTEST, timedelta(seconds=span.length // timedelta(seconds=SHORTER)))


def _end(begin: datetime, length: timedelta) -> datetime:
    """Return where a span ends: with a minute, if it is as long as one, so that few minutes are cut."""
    end = begin + length
    return end.replace(second=0) if length >= MINUTE else end
