"""What did the clouds log since last time? Deliveries in batches, each read exactly once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeAlias

from sqlalchemy import Connection

from drift.errors import (
    ProviderError,
    ProviderResponseError,
    ProviderUnavailableError,
    only_provider_errors,
)
from drift.model.event import RawRecord, UnreadableRecord
from drift.model.history import EVER, TimeSpan
from drift.model.unread import Unread
from drift.ports import AuditLog, Delivery, Translator
from drift.records import records_of
from drift.redact import redact
from drift.store.database import Database
from drift.store.quarantine import deliveries_unread, is_set_aside, keep_delivery, key_of, release
from drift.store.sources import cursor_of, move_to, position_in

BATCH_RECORDS = 1000
"""Records kept in one transaction. Fixed, so that a repeated run cuts its batches at the same places."""

Haul: TypeAlias = tuple["Batch", ...]
"""Batches that are kept in one transaction: one for each of many small deliveries would take far longer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Some of the records of one delivery, in their order."""

    source: str
    delivery: Delivery
    records: tuple[RawRecord | UnreadableRecord, ...]
    begun: int
    """How many records of the delivery were read before this batch."""
    is_last: bool
    """The delivery is read whole once this batch is kept."""
    moves_cursor: bool
    """Everything delivered before was read as well."""
    span: TimeSpan = EVER
    """Records of calls that were made at another time are not wanted."""
    read_as: str | None = None
    """Under which name it is remembered how far the delivery was read; `None`: that of the source."""
    unread: Unread | None = None
    """What is known of earlier attempts at the delivery that failed."""

    @property
    def position(self) -> int:
        """How many records of the delivery are read once this batch is kept."""
        return self.begun + len(self.records)

    def mark_read(self, connection: Connection, now: datetime) -> None:
        """Remember that the batch was read, in the transaction that keeps what it says.

        Raises:
            StoreError: Another run read the same records meanwhile.
        """
        move_to(
            connection,
            self.read_as or self.source,
            self.delivery,
            self.position,
            begun=self.begun,
            is_complete=self.is_last,
            moves_cursor=self.moves_cursor,
            settled_at=now if self.is_last and self.delivery.is_settled and self.read_as is None else None,
        )
        if self.is_last and self.unread is not None and self.unread.is_waiting():
            release(connection, self.unread)


def collect(
    source: str, log: AuditLog, database: Database, translators: Sequence[Translator], now: datetime
) -> Iterator[Haul]:
    """Yield what `log`, called `source`, delivered and was not kept yet, in batches.

    A delivery that cannot be read hides no other: it is tried again later, and after some attempts
    it is set aside. What is set aside is neither read nor settled.

    Raises:
        ProviderError: The source, or a delivery, could not be read; what was yielded before stands.
    """
    with database.reading() as connection:
        cursor = cursor_of(connection, source)
        unread = {key_of(one.name, one.version): one for one in deliveries_unread(connection, source)}
    return _Reading(source, database, translators, now, unread).hauls(log, cursor)


class _Reading:
    """One pass over what a source has."""

    def __init__(
        self,
        source: str,
        database: Database,
        translators: Sequence[Translator],
        now: datetime,
        unread: Mapping[tuple[str, str], Unread],
    ) -> None:
        self._source, self._database, self._translators, self._now = source, database, translators, now
        self._unread = unread
        self._waiting = {key: one for key, one in unread.items() if one.is_waiting()}
        self._failed: list[tuple[Unread, ProviderError]] = []
        self._unsettled: ProviderError | None = None
        self._is_reading = False  # a delivery that was read tells that the source itself is well
        self._haul: list[Batch] = []

    def hauls(self, log: AuditLog, cursor: str | None) -> Iterator[Haul]:
        """Yield batches that are to be kept together, and settle what is read whole once they are."""
        broken_off: ProviderError | None = None
        try:
            with only_provider_errors("listing what is new"):
                for delivery in log.read_since(cursor):
                    yield from self._of(delivery)
                    if not delivery.is_followed:
                        yield from self._hauled()
        except ProviderError as error:
            broken_off = error
        yield from self._hauled()
        self._end(broken_off)

    def _of(self, delivery: Delivery) -> Iterator[Haul]:
        """Add the batches of a delivery to the haul; yield it as often as it is full."""
        key = key_of(delivery.name, delivery.version)
        known = self._unread.get(key)
        if known is not None and not known.is_due(self._now):
            return
        if any(key == key_of(one.delivery.name, one.delivery.version) for one in self._haul):
            yield from self._hauled()  # it came twice: how far it was read is known once that is kept
        with self._database.reading() as connection:
            position = position_in(connection, self._source, delivery)
        if position is None:
            self._waiting.pop(key, None)
            self._settle(delivery)
            return
        try:
            # The cursor must not move past what could not be read.
            is_first = not (
                self._failed or self._unsettled or any(one is not known for one in self._waiting.values())
            )
            for batch in _batches(
                self._source, delivery, position, self._translators, known, moves_cursor=is_first
            ):
                self._haul.append(batch)
                if not batch.is_last or sum(len(one.records) for one in self._haul) >= BATCH_RECORDS:
                    yield from self._hauled()
        except ProviderError as error:
            self._failed.append((known or _unread(self._source, delivery, self._now), error))
        else:
            self._is_reading = True
            self._waiting.pop(key, None)

    def _hauled(self) -> Iterator[Haul]:
        if self._haul:
            haul, self._haul = tuple(self._haul), []
            yield haul
            for batch in haul:
                if batch.is_last:
                    self._settle(batch.delivery)

    def _settle(self, delivery: Delivery) -> None:
        try:
            delivery.settle()
        except ProviderError as error:
            self._unsettled = self._unsettled or error

    def _end(self, broken_off: ProviderError | None) -> None:
        """Remember which deliveries could not be read, and raise the first thing that went wrong."""
        if self._failed:
            with self._database.transaction() as connection:
                for one, why in self._failed:
                    is_its_own = self._is_reading or isinstance(why, ProviderResponseError)
                    keep_delivery(
                        connection, one.failed_again(redact(why.what).value, self._now, counts=is_its_own)
                    )
        if broken_off is not None:
            raise broken_off
        _raise_first([why for _, why in self._failed], self._unsettled, self._waiting.values())


def _unread(source: str, delivery: Delivery, now: datetime) -> Unread:
    return Unread(
        source=source,
        name=delivery.name,
        version=delivery.version,
        index=None,
        sha256=None,
        error="",
        attempts=0,
        first_at=now,
        last_at=now,
        next_attempt_at=now,
    )


def _raise_first(
    failed: Sequence[ProviderError], unsettled: ProviderError | None, waiting: Iterable[Unread]
) -> None:
    for error in (*failed, *([unsettled] if unsettled else [])):
        raise error
    for one in waiting:
        raise ProviderUnavailableError(
            one.error, hint=f"{one.name} is tried again by itself; after some attempts it is set aside"
        )


def collect_again(
    source: str, log: AuditLog, one: Unread, database: Database, translators: Sequence[Translator]
) -> Iterator[Batch]:
    """Yield what is left to read of a delivery that was set aside, in batches.

    Raises:
        ProviderError: It still cannot be read, or the source gives it only once.
    """
    with only_provider_errors(f"asking for {one.name}"):
        delivery = log.again(one.name)
    if delivery is None:
        raise ProviderResponseError(
            f"{source} gives what it delivers only once", hint="look whether a copy is kept elsewhere"
        )
    with database.reading() as connection:
        position = position_in(connection, source, delivery)
    if position is not None:
        yield from _batches(source, delivery, position, translators, one, moves_cursor=False)
    delivery.settle()


def bytes_again(
    log: AuditLog, name: str, wanted: Collection[str], translators: Sequence[Translator]
) -> Mapping[str, bytes]:
    """Return the bytes of some records of a delivery by their hash, as far as the source still has them.

    Raises:
        ProviderError: They cannot be looked for.
    """
    with only_provider_errors(f"asking for {name}"):
        delivery = log.again(name)
        if delivery is None:
            return {}
        with delivery.open() as stream:
            found = (one for one in records_of(name, stream, translators) if isinstance(one, RawRecord))
            return {one.source.sha256: one.body for one in found if one.source.sha256 in wanted}


def is_read_anew(log: AuditLog, one: Unread, database: Database) -> bool:
    """Tell whether the delivery came in another version since, and that one was read whole.

    A file that was read while it was still being written, for example.

    Raises:
        ProviderError: It cannot be looked for.
    """
    with only_provider_errors(f"asking for {one.name}"):
        delivery = log.again(one.name)
    if delivery is None or key_of(delivery.name, delivery.version) == key_of(one.name, one.version):
        return False
    with database.reading() as connection:
        is_whole = position_in(connection, one.source, delivery) is None
        return is_whole and not is_set_aside(connection, one.source, delivery.name, delivery.version)


def _batches(
    source: str,
    delivery: Delivery,
    position: int,
    translators: Sequence[Translator],
    known: Unread | None,
    *,
    moves_cursor: bool,
) -> Iterator[Batch]:
    with only_provider_errors(f"reading {delivery.name}"), delivery.open() as stream:
        records = islice(records_of(delivery.name, stream, translators), position, None)
        while True:
            taken = tuple(islice(records, BATCH_RECORDS))
            is_last = len(taken) < BATCH_RECORDS
            yield Batch(
                source=source,
                delivery=delivery,
                records=taken,
                begun=position,
                is_last=is_last,
                moves_cursor=moves_cursor,
                unread=known,
            )
            if is_last:
                return
            position += len(taken)
