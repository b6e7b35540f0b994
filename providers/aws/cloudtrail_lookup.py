"""CloudTrail's event history of the last 90 days, for a first day without any set-up.

Each region is read on its own, in spans of time that are as long as a few pages fill. The history takes
a while to be complete, so the newest part of it is asked for again in each poll, and what was read of it
is left out.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from hashlib import sha256
from io import BytesIO
from typing import Any

import msgspec

from drift.errors import ProviderError
from drift.ports import Delivery
from providers.aws.bundles import bundled
from providers.aws.event_history import APART, PAGE, Event, EventHistory, Span
from providers.aws.pace import Pace
from providers.aws.refusals import SOURCES, refusals
from providers.aws.session import client_of, open_session
from providers.aws.settings import DELAY, AwsSettings

KEPT_FOR = timedelta(days=90)

FIRST_SPAN = timedelta(days=1)
SHORTEST_SPAN = timedelta(minutes=1)

MANY_PAGES = 20
"""A span of more is asked for again in halves: it is held whole, so that the oldest event comes first."""

GLOBAL_REGION = "us-east-1"
"""Where IAM and other services that have no region log, outside of China and GovCloud."""

ELSEWHERE = ("cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-")
"""Beginnings of regions that do not belong to the commercial cloud."""

LONG_AGO = datetime.min.replace(tzinfo=UTC)

_POSITIONS = msgspec.json.Decoder(dict[str, datetime])


class CloudTrailLookupSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of the history is read."""

    regions: tuple[str, ...] = ()
    """Without it, all that the account has enabled; us-east-1 is always read."""
    reads: bool = True
    """Whether calls that change nothing are read too. Who stood behind a role is told by some of them."""


class CloudTrailLookup:
    """An `AuditLog` of one account; its cursor holds how far each region was read."""

    def __init__(
        self,
        settings: CloudTrailLookupSettings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        a_pace: Callable[[], Pace] = lambda: Pace(APART),
        page: int = PAGE,
    ) -> None:
        self._settings = settings
        self._access = settings.access()
        self._now = now
        self._a_pace = a_pace
        self._page = page
        self._read: dict[str, _Region] = {}

    @property
    def delay(self) -> timedelta:
        """Return how long the history may lack an event."""
        return DELAY

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver the events of each region, page by page, the oldest span first; see `AuditLog`.

        A region that cannot be read hides no other.
        """
        reached, failed = _reached(cursor), None
        now = self._now().replace(microsecond=0)
        for name in self._regions():
            try:
                yield from self._of_region(name, reached, now)
            except ProviderError as error:
                failed = failed or error
        if failed is not None:
            raise failed

    def again(self, name: str) -> None:
        """Events come with their listing: there is none that could not be opened."""

    def probe(self) -> Sequence[str]:
        """Ask each region for a page; see `Probing`."""
        names, now = self._regions(), self._now().replace(microsecond=0)
        for name in names:
            next(self._region(name).history.pages(Span(now - timedelta(minutes=1), now)))
        return (f"the event history of {', '.join(names)}",)

    def _of_region(self, name: str, reached: dict[str, datetime], now: datetime) -> Iterator[Delivery]:
        region, length = self._region(name), FIRST_SPAN
        begin = max(now - KEPT_FOR, reached.get(name, region.reached), region.reached)
        region.waiting.clear()
        while begin < now:
            region.forget(before=begin)
            span = Span(begin, min(begin + length, now))
            events = region.events_in(span)
            if events is None:
                length = timedelta(seconds=length.total_seconds() // 2)
                continue
            bundles = list(bundled([(one, one.record) for one in events], self._page))
            for left, some in zip(reversed(range(len(bundles))), bundles, strict=True):
                if left == 0:  # what is told later of the time before is told again
                    reached[name] = max(begin, min(span.end, now - DELAY))
                yield self._delivery(region, [event for event, _ in some], reached)
            if not region.waiting:
                region.reached = max(begin, min(span.end, now - DELAY))
            begin = span.end
            if len(events) <= self._page * MANY_PAGES // 4:
                length = min(length * 2, KEPT_FOR)

    def _delivery(self, region: "_Region", events: Sequence[Event], reached: dict[str, datetime]) -> Delivery:
        ids = "\n".join(one.id for one in events)
        name = f"event-history/{region.history.region}/{sha256(ids.encode()).hexdigest()[:32]}"
        region.waiting.add(name)
        return Delivery(
            name=name,
            version=str(len(events)),
            cursor=msgspec.json.encode(reached, order="sorted").decode(),
            open=partial(BytesIO, b"\n".join(one.record for one in events)),
            settle=partial(region.settle, name, events),
        )

    def _region(self, name: str) -> "_Region":
        if name not in self._read:
            open_ = partial(self._client, "cloudtrail", name)
            history = EventHistory(name, open_, self._a_pace(), reads=self._settings.reads, page=self._page)
            self._read[name] = _Region(history)
        return self._read[name]

    @cached_property
    def _session(self) -> Any:
        return open_session(self._access)

    def _client(self, service: str, region: str | None) -> Any:
        return client_of(self._session, service, replace(self._access, region=region or self._access.region))

    def _regions(self) -> Sequence[str]:
        given = self._settings.regions or self._enabled()
        is_elsewhere = any(one.startswith(ELSEWHERE) for one in given)
        return tuple(dict.fromkeys((*given, *(() if is_elsewhere else (GLOBAL_REGION,)))))

    def _enabled(self) -> Sequence[str]:
        what = "asking which regions are enabled"
        with refusals(what, action="ec2:DescribeRegions (or name them in `regions`)", on="*", asker=SOURCES):
            answer: Any = self._client("ec2", None).describe_regions()
        return sorted(str(one["RegionName"]) for one in answer["Regions"])


@dataclass(eq=False, slots=True)
class _Region:
    """What is known of a region as long as the process lives."""

    history: EventHistory
    reached: datetime = LONG_AGO
    """Everything before was read and kept."""
    known: dict[str, datetime] = field(default_factory=dict)
    """The ids of events that were read and kept, with their times."""
    waiting: set[str] = field(default_factory=set)
    """The names of deliveries that are not kept yet."""

    def events_in(self, span: Span) -> Sequence[Event] | None:
        """Return what is new in a span, the oldest first; `None` if that is too much to hold.

        Raises:
            ProviderError: It cannot be read.
        """
        found: list[Event] = []
        for number, page in enumerate(self.history.pages(span)):
            if number == MANY_PAGES and span.end - span.begin > SHORTEST_SPAN:
                return None
            found += (one for one in page if one.id not in self.known)
        return tuple(reversed(found))

    def forget(self, *, before: datetime) -> None:
        """Forget the events that are not asked for again."""
        self.known = {id_: at for id_, at in self.known.items() if at >= before}

    def settle(self, name: str, events: Sequence[Event]) -> None:
        """Remember that these are kept."""
        self.waiting.discard(name)
        self.known |= {one.id: one.at for one in events}


def _reached(cursor: str | None) -> dict[str, datetime]:
    """Return how far each region was read; a cursor that is none of ours means nothing was."""
    try:
        return _POSITIONS.decode(cursor or "{}")
    except msgspec.DecodeError:
        return {}
