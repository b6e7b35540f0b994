"""CloudTrail's event history of one region, asked page by page with `LookupEvents`.

It tells the newest event first, 50 a page, and answers two requests a second, per account and region.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from drift.errors import ProviderUnavailableError
from providers.aws.pace import Pace
from providers.aws.refusals import SOURCES, code_of, refusals

PAGE = 50
"""The most that it tells at once."""

APART = timedelta(milliseconds=500)

MOST_EXPIRED = 5
"""A token that runs out so often for one span is no token."""

EXPIRED = "InvalidNextTokenException"

WRITES = {"AttributeKey": "ReadOnly", "AttributeValue": "false"}
"""At most one attribute may be asked for."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time to ask about, both ends included, in whole seconds as the API has them."""

    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the history."""

    id: str
    at: datetime
    record: bytes
    """As CloudTrail wrote it."""


class EventHistory:
    """The events of one region in the account of whoever asks."""

    def __init__(self, region: str, open_: Callable[[], Any], pace: Pace, *, reads: bool, page: int) -> None:
        self.region = region
        self._open = open_
        self._pace = pace
        self._page = page
        self._asked: dict[str, Any] = {} if reads else {"LookupAttributes": [WRITES]}

    @cached_property
    def _cloudtrail(self) -> Any:
        return self._open()

    def pages(self, span: Span) -> Iterator[Sequence[Event]]:
        """Yield all events of a span, the newest first.

        Where a token runs out, it goes on at the oldest event that was told, and tells that one again.


        Raises:
            ProviderError: It cannot be asked, or too often.
        """
        oldest = span.end
        for _ in range(MOST_EXPIRED):
            end, token = oldest, None
            while (answer := self._ask(span.begin, end, token)) is not None:
                events = self._events(answer)
                token = answer.get("NextToken")
                yield events
                if token is None:
                    return
                oldest = min((one.at for one in events), default=oldest)
        raise ProviderUnavailableError(
            f"the event history of {self.region} cannot be read page by page: its tokens run out",
            hint="it is tried again in the next cycle",
        )

    def _events(self, answer: Any) -> Sequence[Event]:
        """Return the events of an answer. One that has not even a list of none would pass for the end."""
        if "Events" not in answer:
            raise ProviderUnavailableError(
                f"the event history of {self.region} answered something else",
                hint="it is tried again in the next cycle; look for a proxy if it stays so",
            )
        return tuple(map(_event, answer["Events"]))

    def _ask(self, begin: datetime, end: datetime, token: str | None) -> Any | None:
        """Ask for a page; return nothing if the token ran out."""
        from botocore.exceptions import ClientError

        asked = {"StartTime": begin, "EndTime": end, "MaxResults": self._page, **self._asked}
        self._pace.wait()
        what = f"reading the event history of {self.region}"
        with refusals(what, action="cloudtrail:LookupEvents", on="*", asker=SOURCES):
            try:
                return self._cloudtrail.lookup_events(**asked, **({"NextToken": token} if token else {}))
            except ClientError as error:
                if token is not None and code_of(error) == EXPIRED:
                    return None
                raise


def _event(one: Any) -> Event:
    at: datetime = one["EventTime"].astimezone(UTC)
    return Event(str(one["EventId"]), at, str(one["CloudTrailEvent"]).encode(errors="replace"))
