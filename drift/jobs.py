"""Judges many files with several processes; what comes out is the same as with one.

A verdict may rest on a session that an earlier file opened. So each process takes a share of
files that follow each other, and first goes through all files before them, but only for the
records that open sessions, which are few and quickly told from the rest. A later share is the
smaller for it. The first share's lines come out at once; those of the others wait on disk.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drift.errors import UsageError
from drift.worker import Lines, Worker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SKIMMING = 0.4
"""How long a file is gone through for what later ones rest on, as a part of how long it is judged."""

BLOCK = 1024 * 1024
"""Bytes of waiting lines that are read at once."""


def lines_of(files: Sequence[Path], start: Callable[[], Worker], jobs: int) -> Iterator[Lines]:
    """Yield the lines of all files in their order. `start` makes a worker, in each process anew.

    Raises:
        UsageError: A process ended before its work, or could not put its lines down.
    """
    worker = start()
    first, *others = shares_of([_size(file) for file in files], jobs)
    with ExitStack() as running:
        waiting = [
            _begun(running, start, files[: share.start], files[share.start : share.stop]) for share in others
        ]
        for at in first:
            yield from worker.lines(files[at])
        for one in waiting:
            yield from one.lines()


def shares_of(sizes: Sequence[int], jobs: int) -> list[range]:
    """Return which files each process judges, given their sizes, so that all have done at the same time.

    With as many files as processes or fewer, a share may be left out; the first one never is.
    """
    ends = list(accumulate(sizes))
    parts = list(accumulate((1 - SKIMMING) ** job for job in range(jobs)))
    cuts = [bisect_right(ends, ends[-1] * part / parts[-1]) for part in parts[:-1]] if ends else []
    return [range(begin, end) for begin, end in pairwise((0, *cuts, len(sizes))) if end > begin] or [range(0)]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Waiting:
    """Lines that another process puts down in a file."""

    path: Path
    told: "Connection"
    """Tells how many lines there are once all are, or why not."""

    def lines(self) -> Iterator[Lines]:
        try:
            counts = self.told.recv()
        except EOFError as error:
            raise UsageError(
                "one of the processes ended before its work was done", hint="try again with fewer --jobs"
            ) from error
        if isinstance(counts, OSError):
            raise UsageError(
                f"the lines of one of the processes cannot be kept in {self.path.parent}: {counts.strerror}",
                hint="let TMPDIR name a folder with more room, or leave out --jobs",
            )
        with self.path.open("rb") as waiting:
            while text := waiting.read(BLOCK):
                yield Lines(text=text)
        self.path.unlink()
        yield counts


def _begun(
    running: ExitStack, start: Callable[[], Worker], before: Sequence[Path], own: Sequence[Path]
) -> _Waiting:
    """Start a process that judges `own`, and have it stopped when what is running is left."""
    # Slow to import, and one process needs none of it.
    from multiprocessing import Pipe, Process
    from tempfile import TemporaryDirectory

    folder = Path(running.enter_context(TemporaryDirectory(prefix="drift-")))
    told, tell = Pipe(duplex=False)
    process = Process(target=_judge, args=(start, before, own, folder / "lines", tell), daemon=True)
    process.start()
    tell.close()
    running.callback(_end, process, told)
    return _Waiting(path=folder / "lines", told=told)


def _end(process: Any, told: "Connection") -> None:
    process.terminate()
    process.join()
    told.close()


def _judge(
    start: Callable[[], Worker], before: Sequence[Path], own: Sequence[Path], path: Path, tell: "Connection"
) -> None:
    """Put the lines of `own` into a file, and tell how many there are."""
    worker = start()
    total = Lines(text=b"")
    try:
        with path.open("wb") as waiting:
            for file in before:
                worker.skim(file)
            for file in own:
                for lines in worker.lines(file):
                    waiting.write(lines.text)
                    total = total.and_those_of(lines)
        tell.send(total)
    except OSError as error:
        tell.send(error)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
