"""Writes listings and documents into the folder of a pack."""

import csv
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from drift.reports.pack.cells import canonical, cell
from drift.reports.pack.listing import Document, Fields, Listing, Shape
from drift.reports.pack.making import Making
from drift.reports.pack.totals import Totals
from drift.reports.pack.workbook import Workbook

_Write: TypeAlias = Callable[[Fields, Sequence[str]], object]
"""Takes a row, and its cells as tables show them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A listing that stands in the folder: what a statement about it says."""

    listing: Listing
    files: tuple[str, ...]
    """Paths within the pack."""
    rows: int
    totals: Totals


def write_listing(folder: Path, listing: Listing, making: Making) -> Written:
    """Write a listing in each of its shapes at once: its rows come but once."""
    count, totals = 0, Totals(listing)
    with ExitStack() as stack:
        writers = [_begin(stack, folder, listing, shape, making) for shape in listing.shapes]
        for row in listing.rows:
            cells = [cell(row.get(column)) for column in listing.columns]
            for write in writers:
                write(row, cells)
            totals.add(row)
            count += 1
    files = tuple(f"{listing.path}.{shape}" for shape in listing.shapes)
    return Written(listing=listing, files=files, rows=count, totals=totals)


def write_document(folder: Path, document: Document) -> None:
    """Write a file, and the folders that it lies in."""
    path = folder / document.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(document.content)


def _begin(stack: ExitStack, folder: Path, listing: Listing, shape: Shape, making: Making) -> _Write:
    path = folder / f"{listing.path}.{shape}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if shape is Shape.WORKBOOK:
        return stack.enter_context(closing(Workbook(path, listing, making))).write
    file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
    if shape is Shape.JSON_LINES:
        return lambda row, _: file.write(canonical(row) + "\n")
    writer = csv.writer(file)
    writer.writerow(listing.columns)
    return lambda _, cells: writer.writerow(cells)
