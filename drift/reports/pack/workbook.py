"""Writes a listing as an XLSX workbook: a sheet that says what it lists, then the rows.

Its cells are those of the CSV table that stands beside it, every text as text: no cell holds a formula or a
link. A row is written and forgotten, so that a hundred thousand of them stand in no memory.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any

ROWS_A_SHEET = 1_048_575
"""What a sheet holds below its header; further rows stand on further sheets."""

TEXT_LIMIT = 32_767
"""UTF-16 units that a cell holds."""

_CUT = " [cut: {length} characters in all, see the other files]"

_MARGIN = 2
"""Characters beside the text."""

_NARROW, _WIDE = 9, 54
"""Characters: no column is narrower or wider, and what is longer is wrapped."""

_WRAPPED = 600
"""Characters: what is longer still would make a row as high as the screen, and stays on one line."""

_LINE_HEIGHT = 15
"""Points. Not every program makes a row as high as its wrapped text, so each is given its height."""

_A_LINE = 0.85
"""How much of a line a wrapped text fills, as words are not broken."""

_HIGHEST = 4
"""Lines that a row shows: with more of them a table cannot be looked over."""

_ABOUT_WIDE = 100
"""Characters of what the first sheet says."""

_HEADER = {"bold": True, "bg_color": "#E8ECF1", "bottom": 1, "valign": "top"}
_PLAIN = {"valign": "top"}
_LONG = {"valign": "top", "text_wrap": True}


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """What a workbook says besides its rows."""

    title: str
    lists: str
    columns: tuple[str, ...]
    numbers: frozenset[str]
    """The columns of whole numbers."""
    about: tuple[tuple[str, str], ...]
    """What the first sheet says, each under its name."""
    created: datetime
    """In UTC, without a zone."""


def write_workbook(table: Path, book: Book, *, rows_a_sheet: int = ROWS_A_SHEET) -> Path:
    """Write the workbook of a CSV table beside it, and return where."""
    path = table.with_suffix(".xlsx")
    writing = _Writing(path, book, rows_a_sheet)
    for cells in _rows(table):
        writing.write(cells)
    writing.close()
    return path


def _rows(table: Path) -> Iterator[list[str]]:
    csv.field_size_limit(2**31 - 1)
    with table.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, strict=True)
        next(rows)
        yield from rows


class _Writing:
    """A workbook that is being written, row by row; `close` writes the file."""

    def __init__(self, path: Path, book: Book, rows_a_sheet: int) -> None:
        import xlsxwriter

        self._said, self._rows_a_sheet = book, rows_a_sheet
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        self._book.set_properties(
            {"title": book.title, "created": book.created, "author": "", "comments": book.lists}
        )
        self._header, self._plain, self._long = map(self._book.add_format, (_HEADER, _PLAIN, _LONG))
        self._about = self._book.add_worksheet("About")
        self._widths = [max(_NARROW, len(name) + 3) for name in book.columns]
        self._is_number = [name in book.numbers for name in book.columns]
        self._count = 0
        self._sheet = self._new_sheet("Rows")
        self._row = 0

    def write(self, cells: Sequence[str]) -> None:
        """Write the cells of one row of the table."""
        if self._row == self._rows_a_sheet:
            self._end_sheet()
            self._sheet = self._new_sheet(f"Rows from {self._count + 1}")
            self._row = 0
        self._row += 1
        self._count += 1
        _give_height(self._sheet, self._row, max(map(len, filter(_is_wrapped, cells)), default=0), _WIDE)
        for column, text in enumerate(cells):
            if not text:
                continue
            if self._is_number[column]:
                self._sheet.write_number(self._row, column, int(text.removeprefix("'")), self._plain)
            else:
                self._write_text(column, text)

    def close(self) -> None:
        """Write what the first sheet says, and the file."""
        self._end_sheet()
        self._write_about()
        self._book.close()

    def _write_text(self, column: int, text: str) -> None:
        length = len(text)
        if length + _MARGIN > self._widths[column]:
            self._widths[column] = min(length + _MARGIN, _WIDE)
        style = self._long if _is_wrapped(text) else self._plain
        self._sheet.write_string(self._row, column, fitting(text), style)

    def _new_sheet(self, name: str) -> Any:
        sheet = self._book.add_worksheet(name)
        for column, title in enumerate(self._said.columns):
            sheet.write_string(0, column, title, self._header)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        return sheet

    def _end_sheet(self) -> None:
        columns = self._said.columns
        if columns:
            self._sheet.autofilter(0, 0, self._row, len(columns) - 1)
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, width)

    def _write_about(self) -> None:
        sheet = self._about
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)  # as many pages as it takes, none of labels without their values
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, _ABOUT_WIDE)
        label = self._book.add_format({"bold": True, "valign": "top"})
        for row, (name, text) in enumerate(self._said.about):
            _give_height(sheet, row, len(text), _ABOUT_WIDE)
            sheet.write_string(row, 0, name, label)
            sheet.write_string(row, 1, fitting(text), self._long)


def _is_wrapped(text: str) -> bool:
    return _WIDE < len(text) <= _WRAPPED


def _give_height(sheet: Any, row: int, length: int, width: int) -> None:
    """Make a row as high as a text of this length needs in a column of this width, within reason."""
    if (lines := min(ceil(length / (_A_LINE * width)), _HIGHEST)) > 1:
        sheet.set_row(row, lines * _LINE_HEIGHT)


def fitting(text: str) -> str:
    """Return a text as a cell can hold it; what is cut says so."""
    if len(text) <= TEXT_LIMIT // 2 or _units(text) <= TEXT_LIMIT:
        return text
    end = _CUT.format(length=len(text))
    kept = text.encode("utf-16-le")[: 2 * (TEXT_LIMIT - len(end))].decode("utf-16-le", "ignore")
    return kept + end


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
