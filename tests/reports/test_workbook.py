"""What a person finds in a workbook of a pack, read back with another library than the one that wrote it."""

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from drift.model.evidence import Checkpoint
from drift.reports.pack.listing import Fields, Listing, Shape
from drift.reports.pack.making import Making
from drift.reports.pack.request import PackRequest
from drift.reports.pack.workbook import TEXT_LIMIT, Book, write_workbook
from drift.reports.pack.workbooks import Workbooks
from drift.reports.pack.writing import write_listing
from drift.reports.population import Period
from tests.ledger.building import NOON

MAKING = Making(
    origin="driftledger/example",
    sealed=Checkpoint(size=13, root="CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", note="", made_at=NOON),
    request=PackRequest(period=Period(since=NOON), tool_version="0.1.0"),
)

BOOK = Book(
    title="Changes",
    lists="Each change.",
    columns=("id",),
    numbers=frozenset(),
    about=(),
    created=NOON.replace(tzinfo=None),
)

HOSTILE = [
    ('=HYPERLINK("http://example.com","look")', '\'=HYPERLINK("http://example.com","look")'),
    ("@SUM(1+1)*cmd|' /C calc'!A0", "'@SUM(1+1)*cmd|' /C calc'!A0"),
    ("-2+3", "'-2+3"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("safe\u202egnp.exe", "safe\\u202egnp.exe"),
    ("nul\x00here", "nul\\u0000here"),
    ("_x0041_ is no A", "_x0041_ is no A"),
    ("http://example.com/ is no link", "http://example.com/ is no link"),
    (" spaces stay ", " spaces stay "),
    ("{=1}", "{=1}"),
]


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_hostile_text_stays_text_and_hides_nothing(tmp_path: Path, text: str, shown: str) -> None:
    sheet = rows_of(a_workbook(tmp_path, [{"id": text}], columns=("id",)))

    found = sheet["A2"]
    assert unescape(str(found.value)) == shown  # openpyxl leaves what spreadsheets undo
    assert found.data_type in {"s", "inlineStr"}
    assert found.hyperlink is None


def test_a_text_that_is_too_long_for_a_cell_says_that_it_was_cut(tmp_path: Path) -> None:
    """
    Spreadsheets count UTF-16 units, of which this character has two.
    """
    sheet = rows_of(a_workbook(tmp_path, [{"id": "\N{GRINNING FACE}" * 20_000}], columns=("id",)))

    text = sheet["A2"].value
    assert isinstance(text, str)
    assert TEXT_LIMIT - 1 <= len(text.encode("utf-16-le")) // 2 <= TEXT_LIMIT
    assert text.endswith("[cut: 20000 characters in all, see the other files]")


def test_whole_numbers_are_numbers_unless_a_spreadsheet_would_round_them(tmp_path: Path) -> None:
    rows = [{"id": 42, "much": 2**60, "yes": True}]

    sheet = rows_of(a_workbook(tmp_path, rows, columns=("id", "much", "yes")))

    assert [one.value for one in sheet[2]] == [42, str(2**60), "true"]


def test_a_column_with_anything_but_whole_numbers_is_text_throughout(tmp_path: Path) -> None:
    """
    An account id is no number, though it looks like one; what is counted can be summed up.
    """
    rows = [{"id": "111122223333", "count": 7, "left": -1}, {"id": "5", "count": None, "left": 2}]

    sheet = rows_of(a_workbook(tmp_path, rows, columns=("id", "count", "left")))

    assert [[one.value for one in row] for row in sheet.iter_rows(min_row=2)] == [
        ["111122223333", 7, -1],
        ["5", None, 2],
    ]


def test_a_large_workbook_is_written_by_another_process_and_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"id": f"chg-{number}"} for number in range(30)]
    here = a_workbook(tmp_path, rows, columns=("id",)).read_bytes()

    monkeypatch.setattr("drift.reports.pack.workbooks.LARGE", 10)

    assert a_workbook(tmp_path, rows, columns=("id",)).read_bytes() == here


def test_the_header_stays_in_sight_and_filters(tmp_path: Path) -> None:
    rows = [{"id": "chg-1", "reasons": "a person, with console; " * 5}]

    sheet = rows_of(a_workbook(tmp_path, rows, columns=("id", "reasons")))

    assert [one.value for one in sheet[1]] == ["id", "reasons"]
    assert sheet["A1"].font.b
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:B2"
    assert sheet["B2"].alignment.wrap_text
    assert not sheet["A2"].alignment.wrap_text
    assert 50 < sheet.column_dimensions["B"].width < 60


def test_the_first_sheet_says_what_the_rows_are_and_how_they_were_made(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(a_workbook(tmp_path, [{"id": "chg-1"}], columns=("id",)))

    assert book.sheetnames == ["About", "Rows"]
    said = [(name.value, text.value) for name, text in book["About"].iter_rows()]
    assert said == [
        ("Listing", "changes: Changes"),
        ("What has a row", "Each change."),
        ("What it does not show", "What was not read."),
        ("Rows", "1"),
        ("Evidence of", "driftledger/example"),
        ("Period", "From 2026-11-20 12:00"),
        ("As the ledger stood at", "2026-11-20 12:00:00 UTC"),
        ("Entries of the ledger", "13"),
        ("Root of the ledger", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="),
        ("Made by", "driftledger 0.1.0"),
        ("Commit of the program", "not known"),
        ("Rules that come with it, SHA-256", "not known"),
        ("Configuration, SHA-256", "not known"),
        ("Made with", "drift evidence export --out DIR --since 2026-11-20T12:00:00.000000Z --profile steps"),
    ]
    assert book.properties.created == NOON.replace(tzinfo=None)


def test_an_empty_listing_has_its_header_and_says_that_it_is_empty(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(a_workbook(tmp_path, [], columns=("id",)))

    assert [one.value for one in book["Rows"][1]] == ["id"]
    assert ("Rows", "0") in [(name.value, text.value) for name, text in book["About"].iter_rows()]


def test_what_one_sheet_does_not_hold_stands_on_the_next(tmp_path: Path) -> None:
    rows = [{"id": f"chg-{number}"} for number in range(5)]

    book = openpyxl.load_workbook(a_workbook(tmp_path, rows, columns=("id",), rows_a_sheet=2))

    assert book.sheetnames == ["About", "Rows", "Rows from 3", "Rows from 5"]
    assert [one.value for one in book["Rows from 3"]["A"]] == ["id", "chg-2", "chg-3"]


def test_nothing_in_a_workbook_is_active_and_two_are_alike_to_the_byte(tmp_path: Path) -> None:
    rows = [{"id": text} for text, _ in HOSTILE]

    first, second = a_workbook(tmp_path, rows, columns=("id",)), tmp_path / "first.xlsx"
    first.rename(second)
    first = a_workbook(tmp_path, rows, columns=("id",))

    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as book:
        assert not [name for name in book.namelist() if "external" in name.lower() or "vba" in name.lower()]
        assert all(b"<f>" not in book.read(name) for name in book.namelist())


def a_workbook(
    folder: Path, rows: Sequence[Fields], *, columns: tuple[str, ...], rows_a_sheet: int | None = None
) -> Path:
    """A workbook of the changes."""
    listing = Listing(
        path="changes",
        title="Changes",
        lists="Each change.",
        columns=columns,
        rows=rows,
        limits=("What was not read.",),
    )
    if rows_a_sheet is None:
        with Workbooks(MAKING) as workbooks:
            write_listing(folder, listing, workbooks)
        return folder / "changes.xlsx"
    write_listing(folder, replace(listing, shapes=(Shape.TABLE,)), Workbooks(MAKING))
    return write_workbook(folder / "changes.csv", BOOK, rows_a_sheet=rows_a_sheet)


def rows_of(path: Path) -> Worksheet:
    sheet = openpyxl.load_workbook(path)["Rows"]
    assert isinstance(sheet, Worksheet)
    return sheet


def test_the_first_sheet_prints_what_it_says_beside_its_names(tmp_path: Path) -> None:
    """
    In the height of a page its second column stood on pages of its own.
    """
    (tmp_path / "rows.csv").write_text("id\n1\n")

    book = openpyxl.load_workbook(write_workbook(tmp_path / "rows.csv", BOOK))

    about = book["About"]
    assert about.page_setup.orientation == "landscape"
    assert about.sheet_properties.pageSetUpPr.fitToPage
    assert (about.page_setup.fitToWidth, about.page_setup.fitToHeight) in ((1, 0), (None, 0))
