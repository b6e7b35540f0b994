"""Writes listings and documents into the folder of a pack."""

import csv
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from drift.reports.pack.cells import canonical, cell
from drift.reports.pack.listing import Document, Fields, Listing, Shape

_Write = Callable[[Fields], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A listing that stands in the folder: what a statement about it says."""

    listing: Listing
    files: tuple[str, ...]
    """Paths within the pack."""
    rows: int


def write_listing(folder: Path, listing: Listing) -> Written:
    """Write a listing in each of its shapes at once: its rows come but once."""
    count = 0
    with ExitStack() as stack:
        writers = [_begin(stack, folder, listing, shape) for shape in listing.shapes]
        for row in listing.rows:
            for write in writers:
                write(row)
            count += 1
    files = tuple(f"{listing.path}.{shape}" for shape in listing.shapes)
    return Written(listing=listing, files=files, rows=count)


def write_document(folder: Path, document: Document) -> None:
    """Write a file, and the folders that it lies in."""
    path = folder / document.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(document.content)


def _begin(stack: ExitStack, folder: Path, listing: Listing, shape: Shape) -> _Write:
    path = folder / f"{listing.path}.{shape}"
    path.parent.mkdir(parents=True, exist_ok=True)
    file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
    match shape:
        case Shape.JSON_LINES:
            return lambda row: file.write(canonical(row) + "\n")
        case Shape.TABLE:
            return _table(file, listing.columns)


def _table(file: IO[str], columns: tuple[str, ...]) -> _Write:
    writer = csv.writer(file)
    writer.writerow(columns)
    return lambda row: writer.writerow([cell(row.get(column)) for column in columns])
