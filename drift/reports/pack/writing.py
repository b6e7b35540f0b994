"""Writes listings and documents into the folder of a pack."""

import csv
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from drift.reports.pack.cells import canonical, cell
from drift.reports.pack.listing import Document, Fields, Listing, Shape
from drift.reports.pack.totals import Totals
from drift.reports.pack.workbooks import Workbooks

_Write: TypeAlias = Callable[[Fields, Sequence[str]], object]
"""Takes a row, and its cells as tables show them."""


EXACT = 2**53
"""From here on a spreadsheet rounds whole numbers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A listing that stands in the folder: what a statement about it says."""

    listing: Listing
    files: tuple[str, ...]
    """Paths within the pack."""
    rows: int
    totals: Totals


def write_listing(folder: Path, listing: Listing, workbooks: Workbooks) -> Written:
    """Write a listing in each of its shapes: its rows come but once."""
    count, totals, numbers = 0, Totals(listing), Numbers(listing.columns)
    with ExitStack() as stack:
        writers = [
            _begin(stack, folder, listing, shape) for shape in listing.shapes if shape is not Shape.WORKBOOK
        ]
        for row in listing.rows:
            cells = [cell(row.get(column)) for column in listing.columns]
            for write in writers:
                write(row, cells)
            totals.add(row)
            numbers.add(row)
            count += 1
    if Shape.WORKBOOK in listing.shapes:
        workbooks.add(listing, folder / f"{listing.path}.{Shape.TABLE}", count, numbers.columns)
    files = tuple(f"{listing.path}.{shape}" for shape in listing.shapes)
    return Written(listing=listing, files=files, rows=count, totals=totals)


class Numbers:
    """Finds the columns that hold whole numbers and nothing else, which a spreadsheet can count with."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._left = set(columns)

    @property
    def columns(self) -> frozenset[str]:
        """Those of all rows so far."""
        return frozenset(self._left)

    def add(self, row: Fields) -> None:
        """Look at one row."""
        self._left -= {name for name in self._left if not _is_number(row.get(name))}


def _is_number(value: object) -> bool:
    return value is None or (type(value) is int and abs(value) < EXACT)


def write_document(folder: Path, document: Document, workbooks: Workbooks) -> None:
    """Write a file, and the folders that it lies in."""
    path = folder / document.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if callable(document.content):
        workbooks.make(path, document.content)
    else:
        path.write_bytes(document.content)


def _begin(stack: ExitStack, folder: Path, listing: Listing, shape: Shape) -> _Write:
    path = folder / f"{listing.path}.{shape}"
    path.parent.mkdir(parents=True, exist_ok=True)
    file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
    if shape is Shape.JSON_LINES:
        return lambda row, _: file.write(canonical(row) + "\n")
    writer = csv.writer(file)
    writer.writerow(listing.columns)
    return lambda _, cells: writer.writerow(cells)
