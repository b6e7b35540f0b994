"""All rows of the weekly report as an XLSX workbook. Every cell is text: none holds a formula or a link."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO

from drift.reports.pack.cells import visible
from drift.reports.pack.workbook import fitting
from drift.reports.weekly.layout import Page

_SHEET_NAME = 31
_HEADER = {"bold": True, "bg_color": "#E8ECF1", "bottom": 1}
_ACTIONS = ("age", "severity", "resource", "who", "what", "missing", "owner", "due", "id", "link")
_WIDEST = 54


def weekly_workbook(page: Page, created: datetime) -> bytes:
    """Return the workbook of a page; a page of all rows gives one of all rows."""
    import xlsxwriter

    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties(
            {
                "title": visible(page.subject),
                "created": created.astimezone(UTC).replace(tzinfo=None),
                "author": "",
            }
        )
        header = book.add_format(_HEADER)
        for title, columns, rows in _sheets(page):
            sheet = book.add_worksheet(title[:_SHEET_NAME])
            sheet.freeze_panes(1, 0)
            for column, name in enumerate(columns):
                sheet.write_string(0, column, name, header)
                texts = [row[column] for row in rows]
                sheet.set_column(column, column, min(max(map(len, [name, *texts])) + 2, _WIDEST))
                for number, text in enumerate(texts, start=1):
                    sheet.write_string(number, column, fitting(visible(text)))
    return buffer.getvalue()


def _sheets(page: Page) -> Iterator[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
    yield "About", ("what", "says"), list(_about(page))
    yield (
        "Needs action",
        _ACTIONS,
        [
            (
                *(one.age, one.severity, one.resource, one.who, one.what, one.missing, one.owner),
                *(one.due, one.ref, one.link),
            )
            for one in page.actions
        ],
    )
    for table in page.tables:
        if table.rows:
            yield table.title, ("when or how often", "name", "more"), table.rows


def _about(page: Page) -> Iterator[tuple[str, str]]:
    yield "subject", page.subject
    yield "period", page.period
    yield "verdict", page.verdict
    yield "coverage", page.coverage
    for tile in page.tiles:
        yield tile.title, f"{tile.value} {tile.note} {tile.delta}".strip()
    for line in (*page.health, *page.controls):
        yield "detector and controls", line.text
    yield "definitions", page.definitions
    yield "report", page.made_by
    yield "ledger", page.ledger
