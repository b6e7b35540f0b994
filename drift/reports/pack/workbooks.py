"""Writes what takes long of a pack, workbooks and PDFs: much of it in processes of their own meanwhile."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import UTC
from functools import partial
from pathlib import Path
from types import TracebackType

from drift.reports.pack.listing import Listing
from drift.reports.pack.making import Making
from drift.reports.pack.workbook import Book, write_workbook

LARGE = 5_000
"""From so many rows on it takes longer to write them than to start a process."""

FEW = 100
"""Documents that are made before it is worth it to start a process."""

PROCESSES = 2


class Workbooks:
    """Writes workbooks and documents until the block ends: by then all of them stand."""

    def __init__(self, making: Making) -> None:
        self._making = making
        self._processes: ProcessPoolExecutor | None = None
        self._pending: list[Future[object]] = []
        self._made = 0

    def __enter__(self) -> "Workbooks":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._processes is not None:
            self._processes.shutdown(cancel_futures=error is not None)
        if error is None:
            for one in self._pending:
                one.result()

    def add(self, listing: Listing, table: Path, rows: int, numbers: frozenset[str]) -> None:
        """Write the workbook of a listing whose table stands, now or before the block ends."""
        book = self._book(listing, rows, numbers)
        if rows < LARGE:
            write_workbook(table, book)
        else:
            self._begin(partial(write_workbook, table, book))

    def make(self, path: Path, make: Callable[[], bytes]) -> None:
        """Write what a function returns, which can be pickled, now or before the block ends."""
        self._made += 1
        if self._made <= FEW:
            _write(path, make)
        else:
            self._begin(partial(_write, path, make))

    def _begin(self, work: Callable[[], object]) -> None:
        if self._processes is None:
            # Not forked: a connection to the database must not be shared.
            context = multiprocessing.get_context("spawn")
            self._processes = ProcessPoolExecutor(PROCESSES, mp_context=context)
        self._pending.append(self._processes.submit(work))

    def _book(self, listing: Listing, rows: int, numbers: frozenset[str]) -> Book:
        about = [("Listing", f"{listing.path}: {listing.title}"), ("What has a row", listing.lists)]
        about += [("What it does not show", limit) for limit in listing.limits]
        about += [("Rows", str(rows)), *self._making.facts]
        return Book(
            title=listing.title,
            lists=listing.lists,
            columns=listing.columns,
            numbers=numbers,
            about=tuple(about),
            created=self._making.sealed.made_at.astimezone(UTC).replace(tzinfo=None),
        )


def _write(path: Path, make: Callable[[], bytes]) -> None:
    path.write_bytes(make())
