"""Judges many files with several processes; what comes out is the same as with one.

A verdict may rest on a session that an earlier file opened. So the files are gone through
twice: first only for the records that open sessions, which are few and quickly told from the
rest, then for the verdicts, each file with the sessions of all files before it.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from drift.classifier import name_of, openings_in, pieces_in, source_of
from drift.errors import UsageError
from drift.judge import Judge, Known
from drift.model.change import Write
from drift.model.event import ChangeEvent, RawRecord, Repeat, Source, UnreadableRecord
from drift.records import Damage
from drift.stages.translate import Translators
from drift.terminal import inert_json

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

AHEAD = 4
"""Files for each process that may be finished before their turn: their lines wait in memory."""

LARGE = 16 * 1024 * 1024
"""A file of more bytes is judged by the main process: its lines would fill the memory while they wait."""

AT_ONCE = 64
"""Lines that are made before they are written: so few that all of it stays in the processor's cache."""

_Result = TypeVar("_Result")


class LineWriter(Protocol):
    """Makes the output lines of records, without their ends; `inert_json` makes them safe to show."""

    def line(self, verdict: Write) -> bytes:
        """Return the line of a record."""
        ...

    def repeated(self, known: Known, repeat: Repeat, source: Source) -> bytes:
        """Return the line of a record that says what others say, of which this is known."""
        ...

    def gap(self, one: UnreadableRecord) -> bytes:
        """Return the line of a record that cannot be read."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """Output lines of a file, all or some of them, and how many of their records could not be read."""

    text: bytes
    readable: int = 0
    unreadable: int = 0
    first_unreadable: UnreadableRecord | None = None


@dataclass(kw_only=True, slots=True)
class Worker:
    """Judges files in their order, leaving some out that other workers judge."""

    translators: Translators
    judge: Judge
    writer: LineWriter
    _told: int = 0

    def openings(self, path: Path) -> tuple[ChangeEvent, ...]:
        """Return the records of a file on which the verdicts of later files may rest."""
        return tuple(openings_in(path, self.translators))

    def tell(self, openings: Sequence[tuple[ChangeEvent, ...]]) -> None:
        """Have the sessions remembered that the files before the next one opened."""
        for events in openings[self._told :]:
            for event in events:
                self.judge.remember(event)
        self._told = len(openings)

    def lines(self, path: Path, at_once: int = AT_ONCE) -> Iterator[Lines]:
        """Yield the lines of a file, some at once."""
        numbered = enumerate(pieces_in(path, self.translators.all))
        name = name_of(path)
        while True:
            unread: list[UnreadableRecord] = []
            texts = [self._line(piece, name, index, unread) for index, piece in islice(numbered, at_once)]
            if not texts:
                return
            yield Lines(
                text=inert_json(b"\n".join((*texts, b""))),
                readable=len(texts) - len(unread),
                unreadable=len(unread),
                first_unreadable=unread[0] if unread else None,
            )

    def _line(self, piece: bytes | Damage, file: str, index: int, unread: list[UnreadableRecord]) -> bytes:
        """Return the line of one record, the quick way where it only repeats what an earlier one said."""
        event: ChangeEvent | Repeat | UnreadableRecord
        if isinstance(piece, bytes):
            source = source_of(piece, file, index)
            event = self.translators.recognise(RawRecord(body=piece, source=source))
            if isinstance(event, Repeat):
                return self.writer.repeated(self.judge.recall(event), event, source)
        else:
            source = Source(file=file, index=index, sha256=piece.sha256)
            event = UnreadableRecord(error=piece.error, source=source)
        if isinstance(event, UnreadableRecord):
            unread.append(event)
            return self.writer.gap(event)
        return self.writer.line(self.judge.judge(event))


def lines_of(files: Sequence[Path], start: Callable[[], Worker], jobs: int) -> Iterator[Lines]:
    """Yield the lines of all files in their order. `start` makes a worker, in each process anew.

    Raises:
        UsageError: A process ended before its work: the machine has too little memory for so many.
    """
    worker = start()
    if jobs > 1 and len(files) > 1:
        yield from _by_many(files, start, worker, jobs)
        return
    for file in files:
        yield from worker.lines(file)


def _by_many(files: Sequence[Path], start: Callable[[], Worker], own: Worker, jobs: int) -> Iterator[Lines]:
    # Slow to import, and one process needs none of it.
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    is_large = [_is_large(file) for file in files]
    try:
        found = [own.openings(files[0])]  # which loads what the processes then share
        with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(start,)) as pool:
            found += _in_order(pool, _openings, [(file,) for file in files[1:-1]], jobs)
        # The processes of the second round begin with what the first one found.
        with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(start, found)) as pool:
            small = [(file, at) for at, file in enumerate(files) if not is_large[at]]
            judged = _in_order(pool, _judged, small, jobs)
            for at, file in enumerate(files):
                if is_large[at]:
                    own.tell(found[:at])
                    yield from own.lines(file)
                else:
                    yield next(judged)
    except BrokenProcessPool as error:
        raise UsageError(
            "one of the processes ended before its work was done", hint="try again with fewer --jobs"
        ) from error


def _in_order(
    pool: "ProcessPoolExecutor",
    task: Callable[..., _Result],
    arguments: Sequence[tuple[object, ...]],
    jobs: int,
) -> Iterator[_Result]:
    """Yield the results in the order of the arguments, working ahead only so far as memory allows."""
    waiting: deque[Future[_Result]] = deque()
    for each in arguments:
        waiting.append(pool.submit(task, *each))
        if len(waiting) >= jobs * AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _is_large(file: Path) -> bool:
    try:
        return file.stat().st_size > LARGE
    except OSError:
        return False


# What a process keeps between its tasks.
_WORKERS: list[Worker] = []
_FOUND: list[tuple[ChangeEvent, ...]] = []


def _begin(start: Callable[[], Worker], found: Sequence[tuple[ChangeEvent, ...]] = ()) -> None:
    _WORKERS[:] = [start()]
    _FOUND[:] = found


def _openings(file: Path) -> tuple[ChangeEvent, ...]:
    return _WORKERS[0].openings(file)


def _judged(file: Path, index: int) -> Lines:
    worker = _WORKERS[0]
    worker.tell(_FOUND[:index])
    return next(worker.lines(file, at_once=sys.maxsize), Lines(text=b""))
