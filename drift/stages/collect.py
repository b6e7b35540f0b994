"""What did the clouds log since last time? Deliveries in batches, each read exactly once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection

from drift.errors import ProviderError, only_provider_errors
from drift.model.event import RawRecord, UnreadableRecord
from drift.ports import AuditLog, Delivery, Translator
from drift.records import records_of
from drift.store.database import Database
from drift.store.sources import cursor_of, move_to, position_in

BATCH_RECORDS = 500
"""Records kept in one transaction. Fixed, so that a repeated run cuts its batches at the same places."""


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
            self.source,
            self.delivery,
            self.position,
            begun=self.begun,
            is_complete=self.is_last,
            moves_cursor=self.moves_cursor,
            settled_at=now if self.is_last and self.delivery.is_settled else None,
        )


def collect(
    source: str, log: AuditLog, database: Database, translators: Sequence[Translator]
) -> Iterator[Batch]:
    """Yield what `log`, called `source`, delivered and was not kept yet, in batches.

    A delivery that cannot be read hides no other: it is tried again the next time.

    Raises:
        ProviderError: The source, or a delivery, could not be read; what was yielded before stands.
    """
    with database.reading() as connection:
        cursor = cursor_of(connection, source)
    unread: ProviderError | None = None  # the cursor must not move past what could not be read
    with only_provider_errors("listing what is new"):
        for delivery in log.read_since(cursor):
            with database.reading() as connection:
                position = position_in(connection, source, delivery)
            try:
                if position is not None:
                    yield from _batches(source, delivery, position, translators, moves_cursor=unread is None)
                delivery.settle()
            except ProviderError as error:
                unread = unread or error
    if unread is not None:
        raise unread


def _batches(
    source: str,
    delivery: Delivery,
    position: int,
    translators: Sequence[Translator],
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
            )
            if is_last:
                return
            position += len(taken)
