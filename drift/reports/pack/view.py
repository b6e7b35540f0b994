"""What the parts of a pack are made from: the sealed ledger, seen for one period."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Connection

from drift.errors import LedgerIntegrityError
from drift.ledger.entry import StoredEntry
from drift.ledger.log import entries, entries_at, first_recorded_at
from drift.model.evidence import Checkpoint, EntryKind
from drift.reports.entries import count_recorded
from drift.reports.pack.request import PackRequest
from drift.reports.population import Population, Row

Body = TypeVar("Body")
Made = TypeVar("Made")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded(Generic[Body]):
    """An entry whose body could be read."""

    entry: StoredEntry
    body: Body


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """The ledger as it was sealed. A part reads it as often as it likes, and never all at once."""

    connection: Connection
    sealed: Checkpoint
    request: PackRequest
    population: Population
    _made: dict[Callable[["View"], Any], Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, make: Callable[["View"], Made]) -> Made:
        """Return what `make` reads of this view: read once, however many parts ask for it."""
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made

    def changes(self) -> Iterator[Row]:
        """Yield the changes of the period as they stand, by their beginning."""
        return self.rows(self.population.changes)

    def rows(self, seqs: Iterable[int]) -> Iterator[Row]:
        """Yield entries by their numbers, in the order given."""
        return (Row(entry=entry) for entry in entries_at(self.connection, seqs))

    def began_at(self) -> datetime | None:
        """Return when the first entry of the ledger was recorded."""
        return first_recorded_at(self.connection)

    def records(self, seqs: Iterable[int], type_: type[Body]) -> Iterator[Recorded[Body]]:
        """Yield entries by their numbers, in the order given, but those whose body was erased.

        Raises:
            LedgerIntegrityError: One holds something else than is asked for.
        """
        return _readable(entries_at(self.connection, seqs), type_)

    def recorded(self) -> Mapping[EntryKind, int]:
        """Return how many entries of each kind were recorded in the period."""
        period = self.request.period
        return count_recorded(self.connection, period.since, period.until, self.sealed.size)

    def entries(self, kind: EntryKind, type_: type[Body]) -> Iterator[Recorded[Body]]:
        """Yield every sealed entry of a kind, of the whole ledger, but those whose body was erased.

        Raises:
            LedgerIntegrityError: One holds something else than entries of its kind do.
        """
        return _readable(entries(self.connection, to_seq=self.sealed.size, kind=kind), type_)


def _readable(found: Iterable[StoredEntry], type_: type[Body]) -> Iterator[Recorded[Body]]:
    decoder = msgspec.json.Decoder(type_)
    for entry in found:
        if entry.body is not None:
            yield Recorded(entry=entry, body=_decoded(decoder, entry.seq, entry.body))


def _decoded(decoder: msgspec.json.Decoder[Body], seq: int, body: bytes) -> Body:
    try:
        return decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise LedgerIntegrityError(
            f"entry {seq} of the ledger cannot be read: {error}",
            hint="its row was altered, or a newer version wrote it: compare with a backup",
        ) from error
