"""The dossier of a change that was drawn: one time line, for people and for machines."""

import base64
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from drift.ledger.verify import verify_pack
from drift.model.evidence import EntryKind
from drift.model.ticket import Edit
from drift.recheck import Asking
from drift.reports.dossier.page import Column, Page, Section, TableRow
from drift.reports.dossier.pdf import pdf_of
from drift.reports.entries import last_of_kind
from drift.store.database import Database
from tests.builders import NOON, an_approval, minutes
from tests.reports.dossier.stories import LOG, RECORD, TICKET, Tickets, a_story, a_vault, handed_out, judged

ORDERS = "=HYPERLINK(1) <script>alert(1)</script> <b>&amp;\u202egpj.exe\u202c \x00\x1b[31m"
HOSTILE = f"{ORDERS} 変更 Зміна 🙂 {'x' * 3000}"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Database]:
    """The store of one story."""
    path = tmp_path_factory.mktemp("store") / "store.sqlite3"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    a_story(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def dossier(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dossier of the story, without anybody who could be asked."""
    folder = tmp_path_factory.mktemp("pack")
    return handed_out(database, folder / "pack", vault=a_vault(folder / "vault", RECORD, LOG))


def test_the_time_line_leads_from_the_ticket_to_the_configuration(dossier: Path) -> None:
    lines = said(dossier)["time_line"]

    assert [line["stage"] for line in lines] == [
        *("ticket", "approval", "approval", "check", "pull request", "run", "API event", "run"),
        *("configuration", "configuration", "configuration", "judgement"),
    ]
    assert [line["what"] for line in lines][:6] == [
        "OPS-1 was created by alice@example.com",
        "erin@example.com approved OPS-1",
        "erin@example.com reviewed pull request #7: approved",
        "the check plan ended: success",
        "pull request #7 was merged by dave@example.com",
        "run 9182736455 of example/infra was started by dave@example.com",
    ]
    assert lines[-2]["what"] == "the live configuration is as declared: converged"


def test_every_entry_is_proven_to_be_in_the_ledger(dossier: Path) -> None:
    """
    Written from RFC 6962, section 2.1.1, alone.
    """
    document = said(dossier)
    size, root = document["checkpoint"]["size"], document["checkpoint"]["root"]

    for entry in document["entries"]:
        path = [bytes.fromhex(one) for one in entry["inclusion_proof"]]
        assert b64(root_from(bytes.fromhex(entry["leaf_hash"]), entry["ledger_seq"], size, path)) == root
    assert {entry["kind"] for entry in document["entries"]} == {
        *("observation", "finding", "deployment", "disposition")
    }


def test_records_stand_beside_it_without_their_secrets(dossier: Path) -> None:
    raw = dossier / "raw" / f"{sha256(RECORD).hexdigest()}.json"

    assert "hunter2" not in raw.read_text()
    assert json.loads(raw.read_text())["eventName"] == "AuthorizeSecurityGroupIngress"
    assert said(dossier)["raw"][0] == {"sha256": sha256(RECORD).hexdigest(), "redacted": ["password"]}


def test_what_its_run_said_stands_beside_it_where_that_is_kept(dossier: Path) -> None:
    log = dossier / "raw" / f"{sha256(LOG).hexdigest()}.json"

    assert json.loads(log.read_text())["text"] == "applied\n"
    says = "stand 1 of them as they were delivered but for secrets, and 1 log of its run."
    assert says in said(dossier)["raw_says"]


def test_a_record_that_is_kept_no_more_is_named(database: Database, tmp_path: Path) -> None:
    dossier = handed_out(database, tmp_path / "pack", vault=a_vault(tmp_path / "vault"))

    assert f"{sha256(RECORD).hexdigest()} is kept no more, or never was." in said(dossier)["raw_says"]
    assert not (dossier / "raw").exists()


def test_without_a_vault_it_says_so(database: Database, tmp_path: Path) -> None:
    dossier = handed_out(database, tmp_path / "pack")

    assert said(dossier)["raw_says"].endswith("are not beside this page: no [[vault]] keeps them.")


def test_the_page_tells_every_test_in_our_words(dossier: Path) -> None:
    page = (dossier / "dossier.html").read_text()

    assert "deviation candidate" in page
    assert "it was made at night" in page
    assert page.count("passed") == 8
    assert "<script" not in page
    assert "compliant" not in page
    assert "exception" not in page


def test_the_pdf_says_what_the_page_says(dossier: Path) -> None:
    text = " ".join(text_of(dossier).split())

    for said_there in (
        "The eight tests",
        "erin@example.com approved OPS-1",
        "deviation candidate",
        "Leaf hash",
    ):
        assert said_there in text


def test_two_packs_of_one_ledger_have_the_same_dossier_to_the_byte(
    database: Database, dossier: Path, tmp_path: Path
) -> None:
    again = handed_out(database, tmp_path / "pack", vault=a_vault(tmp_path / "vault", RECORD, LOG))

    files = [path.relative_to(dossier) for path in dossier.rglob("*") if path.is_file()]
    assert len(files) == 5
    for file in files:
        assert (dossier / file).read_bytes() == (again / file).read_bytes(), file


def test_the_ticket_of_then_has_the_hash_that_the_ledger_recorded(dossier: Path) -> None:
    ticket = said(dossier)["ticket"]

    assert ticket["sha256_then"] == TICKET.sha256
    assert ticket["then"]["title"] == "Open the port"
    assert "It was not asked for again for this pack." in (dossier / "dossier.html").read_text()


def test_an_edit_and_an_approval_after_the_write_show(sqlite_database: Database, tmp_path: Path) -> None:
    a_story(sqlite_database)
    edit = Edit(at=NOON + minutes(50), by="alice@example.com", field="text", before="", after="and more")
    late = an_approval("mallory@example.com", at=NOON + minutes(55))
    now = replace(TICKET, text="and more", history=(edit,), approvals=(*TICKET.approvals, late))

    dossier = handed_out(sqlite_database, tmp_path / "pack", asking=Asking(sources={"jira": Tickets(now)}))

    document = said(dossier)
    late_lines = [one["what"] for one in document["time_line"] if one["is_after_first_write"]]
    assert "alice@example.com edited OPS-1: text" in late_lines
    assert "mallory@example.com approved OPS-1" in late_lines
    recheck = document["ticket"]["recheck"]
    assert recheck["differs"] == [
        "approvals: 1 of them -> 2 of them",
        "text: none -> and more",
        "history: none -> 1 of them",
    ]
    assert (recheck["sha256_then"], recheck["sha256_now"]) == (TICKET.sha256, now.sha256)
    with sqlite_database.reading() as connection:
        entry = last_of_kind(connection, EntryKind.TICKET_RECHECK)
    assert entry is not None
    assert (entry.ref, entry.seq) == ("jira:OPS-1", document["ticket"]["ledger_seq"])
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


@pytest.mark.parametrize(
    ("asking", "told"),
    [
        (Asking(sources={"jira": Tickets(TICKET)}), "it was the same, to the byte"),
        (Asking(sources={"jira": Tickets()}), "its system knew it no more"),
        (
            Asking(sources={"jira": Tickets(is_down=True)}),
            "could not be asked for again at 2026-12-16",
        ),
        (Asking(why_not="JIRA_TOKEN is not set"), "12:00 UTC: JIRA_TOKEN is not set."),
    ],
)
def test_what_became_of_the_ticket_is_said(
    database: Database, tmp_path: Path, asking: Asking, told: str
) -> None:
    dossier = handed_out(database, tmp_path / "pack", asking=asking)

    assert told in (dossier / "dossier.html").read_text()


def test_hostile_and_foreign_text_is_inert_in_every_form(sqlite_database: Database, tmp_path: Path) -> None:
    ticket = replace(TICKET, title=HOSTILE, text="\n".join([HOSTILE] * 50))
    a_story(sqlite_database, judged(ticket), summary=HOSTILE)

    dossier = handed_out(sqlite_database, tmp_path / "pack")

    page, text = (dossier / "dossier.html").read_text(), text_of(dossier)
    assert "<script" not in page
    assert "\u202e" not in page
    assert "\\u202egpj.exe" in page
    assert "変更 Зміна 🙂" in page
    assert "<script>alert(1)</script>" in text
    assert "\\u5909\\u66f4" in text
    assert b"/JavaScript" not in (dossier / "dossier.pdf").read_bytes()
    assert b"/URI" not in (dossier / "dossier.pdf").read_bytes()
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


def test_a_long_title_is_cut_on_the_page_and_says_where_all_of_it_is(
    sqlite_database: Database, tmp_path: Path
) -> None:
    ticket = replace(TICKET, title="x" * 30_000)
    a_story(sqlite_database, judged(ticket))

    dossier = handed_out(sqlite_database, tmp_path / "pack")

    page = (dossier / "dossier.html").read_text()
    assert "x" * 900 in page
    assert "x" * 12_001 not in page
    assert page.count("... cut: dossier.json has it all") == 2
    assert said(dossier)["ticket"]["then"]["title"] == ticket.title


def test_no_heading_stands_alone_at_the_end_of_a_page() -> None:
    """
    Whatever stands above it: a line more each time moves it down the page.
    """
    columns = (Column(name="What", width=30), Column(name="Is", width=70))
    table = Section(
        title="The last heading",
        says="What the part shows.",
        columns=columns,
        rows=[TableRow(cells=(f"row {one}", "value\n" * 5)) for one in range(20)],
    )
    for lines in range(20, 60):
        above = replace(table, title="Above", rows=[TableRow(cells=("line", "x"))] * lines)
        page = Page(title="Change", lead="", labels=(("Who", "x"),), sections=(above, table), foot="the end")

        pdf = pypdfium2.PdfDocument(pdf_of(page))

        texts = [one.get_textpage().get_text_range() for one in pdf]
        [there] = [text for text in texts if table.title in text]
        assert "row 0" in there.partition(table.title)[2], lines


def said(dossier: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((dossier / "dossier.json").read_text())
    return document


def text_of(dossier: Path) -> str:
    pdf = pypdfium2.PdfDocument(dossier / "dossier.pdf")
    pages = [page.get_textpage().get_text_range() for page in pdf]
    pdf.close()
    return re.sub(r"\r?\n", "\n", "\n".join(pages))


def root_from(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Return the root that an audit path leads to."""
    first, last, root = index, size - 1, leaf
    for one in path:
        if first % 2 or first == last:
            root = sha256(b"\x01" + one + root).digest()
            while first % 2 == 0 and first:
                first, last = first // 2, last // 2
        else:
            root = sha256(b"\x01" + root + one).digest()
        first, last = first // 2, last // 2
    return root


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()
