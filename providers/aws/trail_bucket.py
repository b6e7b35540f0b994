"""CloudTrail's files in S3, found by listing: for a trail whose bucket tells no queue of them.

The files of an account and region lie in folders of days, so their keys sort by day, and hardly by more:
a file may come after one whose name sorts behind it. So each poll lists an account and region from some
days before the last one read, which takes one request as long as no more than a thousand files lie
there, and leaves out what it read before.
"""

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Annotated, Any

import msgspec

from drift.model.coverage import AskedSince, Attestation
from drift.ports import Delivery
from providers.at_hand import at_hand
from providers.aws.digests import Digests
from providers.aws.s3_objects import list_objects, open_object, open_s3, uri, version_of
from providers.aws.settings import DELAY, AwsSettings
from providers.aws.trail_partitions import Partition, TrailPlace, partitions
from providers.aws.trail_paths import LOGS, may_be_log, trail_path

DISCOVERED_EVERY = timedelta(minutes=15)
"""Accounts and regions that are new are looked for this often."""

HELD = 100_000
"""Listed objects that are held at a time, about 30 MB."""

PAGE = 1000
"""The most that S3 lists at once."""

DAY = "%Y/%m/%d"

FIRST_YEAR = 2013
"""CloudTrail is not older."""


class TrailBucketSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bucket, and how far back it is read."""

    bucket: str
    prefix: str = ""
    """What stands before `AWSLogs/`."""
    since: date | None = None
    """The first day to read; without it, the oldest that is there."""
    look_back_days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 2
    """How late a file may appear in the folder of its day."""
    digests: bool = False
    """Whether the trail's digest files are verified."""


class TrailBucket:
    """An `AuditLog` whose cursor is a day: everything of the days before it was read.

    What was read of the last days is remembered as long as the process lives. Another one lists it
    anew, and the store recognises it.
    """

    def __init__(
        self, settings: TrailBucketSettings, *, now: Callable[[], float] = time.monotonic, page: int = PAGE
    ) -> None:
        self._settings = settings
        self._access = settings.access()
        self._place = TrailPlace.at(settings.bucket, settings.prefix)
        self._now = now
        self._page = page
        self._partitions: tuple[Partition, ...] = ()
        self._discovered_at: float | None = None
        self._read: dict[str, dict[str, str]] = {}
        """The files that were read whole, by day and key with their versions, of the days listed again."""

    @cached_property
    def _s3(self) -> Any:
        return open_s3(self._access)

    @cached_property
    def _digests(self) -> Digests:
        return Digests(self._place, self._s3, self._access)

    @property
    def delay(self) -> timedelta:
        """Return how long CloudTrail may take to deliver a file."""
        return DELAY

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver the files not read yet of all accounts and regions, day by day; see `AuditLog`."""
        return at_hand(self._new_files(cursor))

    def _new_files(self, cursor: str | None) -> Iterator[Delivery]:
        reached = cursor if cursor and _date(cursor) else ""
        begin = self._begin(reached)
        found = self._discovered()
        page = max(1, min(self._page, HELD // (len(found) or 1)))
        for one in heapq.merge(*(self._files(each, begin, page) for each in found)):
            if one.reached > reached:
                reached = one.reached
                self._forget(before=self._begin(reached))
            if self._read.get(one.day, {}).get(one.key) != one.version:
                yield self._delivery(one, reached)

    def again(self, name: str) -> Delivery | None:
        """Deliver a file once more."""
        key = name.removeprefix(uri(self._place.bucket, ""))
        version = version_of(self._s3, self._place.bucket, key)
        return self._delivery(_File(_day(key), key, version), "")

    def probe(self) -> Sequence[str]:
        """Tell of what there are files, and try to read one of them; see `Probing`."""
        found = list(partitions(self._s3, self._place, LOGS))
        for one in found[:1]:
            for file in list_objects(self._s3, self._place.bucket, one.prefix, after=one.prefix, page=1):
                open_object(self._s3, self._place.bucket, file.key).close()
                break
        accounts = len({one.account for one in found})
        return (f"files of {accounts:,} accounts, in {len(found):,} folders of an account and region",)

    def attested(self, since: AskedSince) -> Iterator[Attestation]:
        """Verify the trail's digest files, if the settings say so; see `Attesting`."""
        if self._settings.digests:
            yield from self._digests.attested(since)

    def _begin(self, cursor: str) -> str:
        """Return the first day to list, as it stands in paths; without a cursor, the first there is."""
        first = self._settings.since.strftime(DAY) if self._settings.since else ""
        reached = _date(cursor)
        if reached is None:
            return first
        return max(first, (reached - timedelta(days=self._settings.look_back_days)).strftime(DAY))

    def _discovered(self) -> Sequence[Partition]:
        """Return the accounts and regions; asking for them takes a request for each account."""
        at = self._discovered_at
        if at is None or not self._partitions or self._now() - at >= DISCOVERED_EVERY.total_seconds():
            self._partitions = tuple(partitions(self._s3, self._place, LOGS))
            self._discovered_at = self._now()
        return self._partitions

    def _files(self, one: Partition, begin: str, page: int) -> Iterator["_File"]:
        after = f"{one.prefix}{begin}"
        for listed in list_objects(self._s3, self._place.bucket, one.prefix, after=after, page=page):
            if may_be_log(listed.key) and (day := _day(listed.key)):
                reached = min(day, listed.modified_at.strftime(DAY)).replace("/", "-")
                yield _File(day, listed.key, listed.version, reached)

    def _remember(self, one: "_File") -> None:
        self._read.setdefault(one.day, {})[one.key] = one.version

    def _forget(self, *, before: str) -> None:
        """Forget the files of days that are not listed again, if all goes well."""
        self._read = {day: files for day, files in self._read.items() if day >= before}

    def _delivery(self, one: "_File", cursor: str) -> Delivery:
        return Delivery(
            name=uri(self._place.bucket, one.key),
            version=one.version,
            cursor=cursor,
            open=partial(open_object, self._s3, self._place.bucket, one.key),
            settle=partial(self._remember, one),
        )


@dataclass(frozen=True, order=True, slots=True)
class _File:
    day: str
    key: str
    version: str
    reached: str = ""
    """The cursor behind it. A folder of a day that is not there yet must not hide all those before it."""


def _day(key: str) -> str:
    """Return the day in a key, as it stands there; empty if there is none, or never was."""
    path = trail_path(key)
    return path.day if path and _date(path.day.replace("/", "-")) else ""


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year >= FIRST_YEAR else None
