"""Judges the records of files one by one, and makes the line of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from drift.classifier import name_of, openings_in, pieces_in
from drift.judge import Judge, Known
from drift.model.change import Write
from drift.model.event import ChangeEvent, RawRecord, Repeat, Source, UnreadableRecord
from drift.records import Damage
from drift.stages.translate import Translators
from drift.terminal import inert_json

LineT = TypeVar("LineT")

AT_ONCE = 32
"""Records for which each step is taken before the next: what a step needs stays in the processor's cache."""


class LineWriter(Protocol[LineT]):
    """Makes the output lines of records, each for itself, and their text at once."""

    def line(self, verdict: Write) -> LineT:
        """Return the line of a record."""
        ...

    def repeated(self, known: Known, repeat: Repeat, source: Source) -> LineT:
        """Return the line of a record that says what others say, of which this is known."""
        ...

    def gap(self, one: UnreadableRecord) -> LineT:
        """Return the line of a record that cannot be read."""
        ...

    def text(self, lines: Sequence[LineT]) -> bytes:
        """Return the text of lines, each with its end; `inert_json` makes it safe to show."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """Output lines of a file, all or some of them, and how many of their records could not be read."""

    text: bytes
    readable: int = 0
    unreadable: int = 0
    first_unreadable: UnreadableRecord | None = None

    def and_those_of(self, other: "Lines") -> "Lines":
        """Return the counts of both, without text."""
        return Lines(
            text=b"",
            readable=self.readable + other.readable,
            unreadable=self.unreadable + other.unreadable,
            first_unreadable=self.first_unreadable or other.first_unreadable,
        )


@dataclass(kw_only=True, slots=True)
class Worker:
    """Judges files in their order."""

    translators: Translators
    judge: Judge
    writer: LineWriter[Any]

    def skim(self, path: Path) -> None:
        """Remember of a file what the verdicts on later ones may rest on."""
        for event in openings_in(path, self.translators):
            self.judge.remember(event)

    def lines(self, path: Path) -> Iterator[Lines]:
        """Yield the lines of a file, some at once."""
        numbered = enumerate(pieces_in(path, self.translators.all))
        name = name_of(path)
        while pieces := tuple(islice(numbered, AT_ONCE)):
            records = [_record(name, index, piece) for index, piece in pieces]
            said = [self._said(record) for record in records]
            lines = [self._line(*one) for one in zip(said, records, strict=True)]
            unread = [one for one in said if isinstance(one, UnreadableRecord)]
            yield Lines(
                text=inert_json(self.writer.text(lines)),
                readable=len(lines) - len(unread),
                unreadable=len(unread),
                first_unreadable=unread[0] if unread else None,
            )

    def _said(self, record: RawRecord | UnreadableRecord) -> ChangeEvent | Repeat | UnreadableRecord:
        return self.translators.recognise(record) if isinstance(record, RawRecord) else record

    def _line(
        self, said: ChangeEvent | Repeat | UnreadableRecord, record: RawRecord | UnreadableRecord
    ) -> Any:
        """Return the line of one record, the quick way where it only repeats what an earlier one said."""
        if isinstance(said, Repeat):
            return self.writer.repeated(self.judge.recall(said), said, record.source)
        if isinstance(said, UnreadableRecord):
            return self.writer.gap(said)
        return self.writer.line(self.judge.judge(said))


def _record(file: str, index: int, piece: bytes | Damage) -> RawRecord | UnreadableRecord:
    if isinstance(piece, bytes):
        return RawRecord(piece, Source(file, index, sha256(piece).hexdigest()))
    return UnreadableRecord(error=piece.error, source=Source(file, index, piece.sha256))
