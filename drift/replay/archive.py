"""Where history is read from: an audit log from its beginning, or a vault."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import islice

from drift.errors import ProviderError, only_provider_errors
from drift.kept_logs import is_kept_log
from drift.model.event import RawRecord, UnreadableRecord
from drift.model.history import TimeSpan, history_of
from drift.ports import AuditLog, Delivery, KeptBatch, RawVault, Translator
from drift.records import records_of
from drift.stages.collect import BATCH_RECORDS, Batch
from drift.store.database import Database
from drift.store.sources import position_in

_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)

AHEAD = timedelta(days=1)
"""How far the clock of whoever kept a record may have been behind the cloud's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """A part of an archive that is read as one."""

    delivery: Delivery
    """By its name and version it is known whether it was read before."""
    records: Callable[[Sequence[Translator]], Iterator[RawRecord | UnreadableRecord]]
    """Yield its records in their order. Raises `ProviderError`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Archive:
    """What is gone through."""

    name: str
    """The path, or the name in the configuration."""
    chapters: Callable[[TimeSpan], Iterator[Chapter]]
    """Yield what may hold records of calls that were made in a span. Raises `ProviderError`."""
    is_vault: bool = False
    """What is read is kept already."""
    can_be_counted: bool = False
    """To list its chapters costs next to nothing, and takes nothing from anybody."""

    def unread(self, span: TimeSpan, database: Database) -> int:
        """Count the chapters that were not read yet for this span, to the end."""
        with database.reading() as connection:
            found = (
                position_in(connection, self._read_as(span), one.delivery) for one in self.chapters(span)
            )
            return sum(1 for position in found if position is not None)

    def batches(
        self, span: TimeSpan, database: Database, translators: Sequence[Translator]
    ) -> Iterator[Batch]:
        """Yield what was not read yet for this span, in batches.

        A chapter that cannot be read hides no other: it is tried again the next time.

        Raises:
            ProviderError: The archive, or a chapter, could not be read; what was yielded before stands.
        """
        source, read_as, unread = history_of(self.name), self._read_as(span), None
        with only_provider_errors(f"listing {self.name}"):
            for chapter in self.chapters(span):
                with database.reading() as connection:
                    begun = position_in(connection, read_as, chapter.delivery)
                if begun is None:
                    continue
                try:
                    yield from _batches(source, read_as, chapter, begun, span, translators)
                except ProviderError as error:
                    unread = unread or error
        if unread is not None:
            raise unread

    def _read_as(self, span: TimeSpan) -> str:
        """Return the name of this reading: what was not wanted for one span may be for another."""
        return f"{history_of(self.name)} {span}"


def archive_of_log(name: str, log: AuditLog, *, can_be_counted: bool = False) -> Archive:
    """Return all that an audit log still has. Nothing is settled: whoever follows it does that."""

    def chapters(_: TimeSpan) -> Iterator[Chapter]:
        for delivery in log.read_since(None):
            yield _of_delivery(delivery)

    return Archive(name=name, chapters=chapters, can_be_counted=can_be_counted)


def archive_of_vault(name: str, vault: RawVault) -> Archive:
    """Return all that a vault has: it knows when records were kept, which is after they were made."""

    def chapters(span: TimeSpan) -> Iterator[Chapter]:
        since = span.since - AHEAD if span.since and span.since - _OLDEST > AHEAD else _OLDEST
        for batch in vault.batches(since):
            yield _of_batch(batch)

    return Archive(name=name, chapters=chapters, is_vault=True, can_be_counted=True)


def _of_delivery(delivery: Delivery) -> Chapter:
    def records(translators: Sequence[Translator]) -> Iterator[RawRecord | UnreadableRecord]:
        with delivery.open() as stream:
            yield from records_of(delivery.name, stream, translators)

    return Chapter(delivery=delivery, records=records)


def _of_batch(batch: KeptBatch) -> Chapter:
    # A pack is named for its content, so it has but one version.
    delivery = Delivery(name=batch.name, version="", cursor=batch.name, open=BytesIO)
    return Chapter(delivery=delivery, records=lambda _: _records_of(batch))


def _records_of(batch: KeptBatch) -> Iterator[RawRecord]:
    return (one for one in batch.open() if not is_kept_log(one.body))


def _batches(
    source: str,
    read_as: str,
    chapter: Chapter,
    begun: int,
    span: TimeSpan,
    translators: Sequence[Translator],
) -> Iterator[Batch]:
    with only_provider_errors(f"reading {chapter.delivery.name}"):
        records = islice(chapter.records(translators), begun, None)
        while True:
            taken = tuple(islice(records, BATCH_RECORDS))
            is_last = len(taken) < BATCH_RECORDS
            yield Batch(
                source=source,
                read_as=read_as,
                delivery=chapter.delivery,
                records=taken,
                begun=begun,
                is_last=is_last,
                moves_cursor=False,
                span=span,
            )
            if is_last:
                return
            begun += len(taken)
