"""A vault over any place that keeps files: a folder, a bucket, a container.

    PLACE/2026-11-24/3f9a....pack      what was kept on that day, in UTC

A pack is named for the records in it, so that a batch that is kept again, after a crash say, is
found to be there. Erasing removes whole days. Only names that look like ours are ever touched.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from threading import Lock
from typing import Protocol
from uuid import uuid4

from drift.errors import ProviderError, ProviderResponseError
from drift.model.event import RawRecord, Source
from drift.model.secret import Secret
from drift.ports import KeptBatch
from providers.packs.keys import read_keys
from providers.packs.pack import MOST_RECORDS, index_size, open_pack, read_index, seal

SUFFIX = ".pack"

PACK_BYTES = 8 * 1024 * 1024
"""A pack is opened whole to read one record, so it is cut here; a larger record has one of its own."""

FIRST_BYTES = 32 * 1024
"""Enough for the index of a batch of the pipeline; a longer one is asked for by its length."""

SHA256 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

TRIAL = "trial"
"""Where a pack is written to see whether it can be. It is no day, so nothing of it is ever read."""


class PackPlace(Protocol):
    """Where packs lie, those of each day apart. Whatever it cannot do it raises as `ProviderError`."""

    @property
    def name(self) -> str:
        """What it is called in messages: a path or a URI."""
        ...

    def days(self) -> Iterable[str]:
        """List the names directly below it; some may not be ours."""
        ...

    def packs(self, day: str) -> Iterable[str]:
        """List the names in a day; some may not be ours."""
        ...

    def read(self, day: str, pack: str, count: int | None = None) -> bytes:
        """Read the first `count` bytes of a pack, or all of it."""
        ...

    def write(self, day: str, pack: str, content: bytes) -> None:
        """Write a pack unless it is there; it outlives a crash from then on, and is never there in half."""
        ...

    def remove(self, day: str) -> None:
        """Remove a day and all packs in it."""
        ...

    def remove_pack(self, day: str, pack: str) -> None:
        """Remove one pack; it may be gone already."""
        ...


class PackVault:
    """A `RawVault` of packs. Several processes may use one place."""

    def __init__(self, place: PackPlace, key: Secret) -> None:
        self._place = place
        self._keys: Mapping[bytes, Secret] = read_keys(key)
        self._trying = Lock()

    def keep(self, records: Sequence[RawRecord], kept_at: datetime) -> None:
        """Write the records as packs of the day of `kept_at`, and wait until they are safe."""
        for record in records:
            if sha256(record.body).hexdigest() != record.source.sha256:
                raise ProviderResponseError(
                    f"record {record.source.index} of {record.source.file} is not what its hash says",
                    hint="it changed between reading and keeping: report it",
                )
        bodies = {record.source.sha256: record.body for record in records}
        self._write(_day(kept_at).isoformat(), list(bodies.values()))

    def _write(self, day: str, bodies: Sequence[bytes]) -> None:
        key_id, key = next(iter(self._keys.items()))
        for part in _parts(bodies):
            hashes = b"".join(sha256(body).digest() for body in part)
            name = f"{sha256(hashes).hexdigest()}{SUFFIX}"
            self._place.write(day, name, seal(part, key_id, key))

    def check(self) -> str:
        """Write a pack of an empty record apart from the others, read it and remove it; see `RawVault`.

        Nothing less tells whether there is room, and whether the key and the permissions are right.
        """
        key_id, key = next(iter(self._keys.items()))
        name = f"{uuid4().hex}{SUFFIX}"
        with self._trying:
            self._place.write(TRIAL, name, seal([b""], key_id, key))
            open_pack(self._name(TRIAL, name), self._place.read(TRIAL, name), self._keys)
            try:
                self._place.remove(TRIAL)
            except ProviderError as error:  # a lock against erasing keeps no record from being kept
                erased = f"but not erased: {error.what}"
            else:
                erased = "and erased"
        days = len(self._days())
        told = f"{days:,} {'day' if days == 1 else 'days'}"
        return f"{self._place.name}: records of {told}; one can be kept, read {erased}"

    def read(self, sha256: str) -> bytes | None:
        """Look through the packs, those of the newest day first.

        A pack that is damaged hides no other; but it may be the one that held the record.
        """
        if not SHA256.fullmatch(sha256):
            raise ProviderResponseError(
                "this is no SHA-256, so nothing is kept under it", hint="give its 64 hexadecimal digits"
            )
        digest, unread = bytes.fromhex(sha256), None
        for day in reversed(self._days()):
            for pack in self._packs(day):
                try:
                    if (body := self._record_in(day, pack, digest)) is not None:
                        return body
                except ProviderError as problem:
                    unread = unread or problem
        if unread is not None:
            raise unread
        return None

    def batches(self, since: datetime, until: datetime | None = None) -> Iterator[KeptBatch]:
        """Yield the packs of the days between these times, the oldest day first."""
        last = (until or datetime.max.replace(tzinfo=UTC)).astimezone(UTC).date().isoformat()
        for day in self._days():
            if _day(since).isoformat() <= day <= last:
                for pack in self._packs(day):
                    yield KeptBatch(name=f"{day}/{pack}", open=partial(self._records_in, day, pack))

    def forget(self, is_meant: Callable[[bytes], bool]) -> int:
        """Write each pack anew without the records that are meant; see `RawVault`."""
        return sum(self._forget_in(day, pack, is_meant) for day in self._days() for pack in self._packs(day))

    def _forget_in(self, day: str, pack: str, is_meant: Callable[[bytes], bool]) -> int:
        bodies = open_pack(self._name(day, pack), self._place.read(day, pack), self._keys)
        others = [body for body in bodies if not is_meant(body)]
        if len(others) < len(bodies):
            # The others first: a crash in between leaves them there twice, which harms nobody.
            self._write(day, others)
            self._place.remove_pack(day, pack)
        return len(bodies) - len(others)

    def count(self, before: datetime) -> int:
        """Count what was kept on the days that ended before this time."""
        old = self._days(until=_day(before))
        return sum(self._count(day, pack) for day in old for pack in self._packs(day))

    def erase(self, before: datetime) -> int:
        """Remove the days that ended before this time, whole."""
        count = self.count(before)
        for day in self._days(until=_day(before)):
            self._place.remove(day)
        return count

    def _days(self, until: date | None = None) -> list[str]:
        limit = (until or date.max).isoformat()
        return sorted(day for day in self._place.days() if DAY.fullmatch(day) and day < limit)

    def _packs(self, day: str) -> list[str]:
        return sorted(pack for pack in self._place.packs(day) if pack.endswith(SUFFIX))

    def _record_in(self, day: str, pack: str, digest: bytes) -> bytes | None:
        name = self._name(day, pack)
        position = read_index(name, self._head(day, pack)).position_of(digest)
        if position is None:
            return None
        return open_pack(name, self._place.read(day, pack), self._keys)[position]

    def _records_in(self, day: str, pack: str) -> tuple[RawRecord, ...]:
        name = self._name(day, pack)
        bodies = open_pack(name, self._place.read(day, pack), self._keys)
        return tuple(
            RawRecord(body=body, source=Source(file=name, index=index, sha256=sha256(body).hexdigest()))
            for index, body in enumerate(bodies)
        )

    def _count(self, day: str, pack: str) -> int:
        """Return how many records a pack has; a damaged one has at least one, and must not stay for ever."""
        try:
            return read_index(self._name(day, pack), self._head(day, pack)).count
        except ProviderResponseError:
            return 1

    def _head(self, day: str, pack: str) -> bytes:
        head = self._place.read(day, pack, FIRST_BYTES)
        size = index_size(head)
        return self._place.read(day, pack, size) if size > FIRST_BYTES else head

    def _name(self, day: str, pack: str) -> str:
        return f"{self._place.name}/{day}/{pack}"


def _parts(bodies: Sequence[bytes]) -> Iterator[list[bytes]]:
    part: list[bytes] = []
    size = 0
    for body in bodies:
        if part and (size + len(body) > PACK_BYTES or len(part) == MOST_RECORDS):
            yield part
            part, size = [], 0
        part.append(body)
        size += len(body)
    if part:
        yield part


def _day(time: datetime) -> date:
    return time.astimezone(UTC).date()
