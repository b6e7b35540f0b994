"""What did the clouds log since last time? Deliveries in batches, each read exactly once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from drift.errors import DriftError, ProviderResponseError
from drift.model.change import RawRecord, UnreadableRecord
from drift.ports import AuditLog, Delivery, Translator
from drift.records import records_of
from drift.store.database import Database
from drift.store.sources import cursor_of, position_in

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

    @property
    def position(self) -> int:
        """How many records of the delivery are read once this batch is kept."""
        return self.begun + len(self.records)


def collect(
    source: str, log: AuditLog, database: Database, translators: Sequence[Translator]
) -> Iterator[Batch]:
    """Yield what `log`, called `source`, delivered and was not kept yet, in batches.

    Raises:
        ProviderError: The source could not be read; what was yielded before stands.
    """
    try:
        yield from _delivered(source, log, database, translators)
    except DriftError:
        raise
    except Exception as error:
        # Whatever breaks off while bytes are read, a time-out within a body for example.
        raise ProviderResponseError(
            f"reading broke off: {type(error).__name__}: {error}", hint="it is tried again the next time"
        ) from error


def _delivered(
    source: str, log: AuditLog, database: Database, translators: Sequence[Translator]
) -> Iterator[Batch]:
    with database.reading() as connection:
        cursor = cursor_of(connection, source)
    for delivery in log.read_since(cursor):
        with database.reading() as connection:
            position = position_in(connection, source, delivery)
        if position is not None:
            yield from _batches(source, delivery, position, translators)


def _batches(
    source: str, delivery: Delivery, position: int, translators: Sequence[Translator]
) -> Iterator[Batch]:
    with delivery.open() as stream:
        records = islice(records_of(delivery.name, stream, translators), position, None)
        while True:
            taken = tuple(islice(records, BATCH_RECORDS))
            is_last = len(taken) < BATCH_RECORDS
            yield Batch(source=source, delivery=delivery, records=taken, begun=position, is_last=is_last)
            if is_last:
                return
            position += len(taken)
