"""What the company says itself stands in the pack, as theirs."""

import hashlib
from datetime import date, timedelta
from pathlib import Path

import pytest

from drift.document_watch import keep_documents
from drift.ledger.checkpoint import seal
from drift.ledger.verify import verify_pack
from drift.model.company import Company, CompanyDocument, DocumentKind
from drift.reports.pack import company as part
from drift.store.database import Database
from tests.ledger.building import KEY, NOON
from tests.reports.packs import a_pack
from tests.reports.test_pack import table_of

DAY = timedelta(days=1)


def a_document(path: Path, name: str = "Policy") -> CompanyDocument:
    kind = DocumentKind.CHANGE_POLICY
    return CompanyDocument(name=name, kind=kind, path=path, version="3", owner="erin")


def seen(database: Database, company: Company, *, after: timedelta = timedelta()) -> None:
    keep_documents(database, company.documents, NOON + after)
    with database.transaction() as connection:
        seal(connection, KEY, NOON + after)


def test_a_document_is_copied_under_a_name_of_ours(sqlite_database: Database, tmp_path: Path) -> None:
    hostile = tmp_path / "=cmd|' \u202e<script>.PDF"
    hostile.write_bytes(b"ask first")
    company = Company(documents=(a_document(hostile),))
    seen(sqlite_database, company)

    a_pack(sqlite_database, tmp_path / "pack", company=company)

    copy = tmp_path / "pack/11_company/documents/01-change-policy.pdf"
    [row] = table_of(tmp_path / "pack/11_company/documents.csv")
    assert copy.read_bytes() == b"ask first"
    assert row["in_pack"] == "11_company/documents/01-change-policy.pdf"
    assert row["file_name"] == "'=cmd|' \\u202e<script>.PDF"
    assert (row["version"], row["sha256"]) == ("3", hashlib.sha256(b"ask first").hexdigest())
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


def test_each_version_of_the_period_is_listed_and_the_one_that_stood_when_it_began(
    sqlite_database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "policy.md"
    company = Company(documents=(a_document(path),))
    for number in range(4):
        path.write_text(f"version {number}")
        seen(sqlite_database, company, after=number * DAY)

    a_pack(sqlite_database, tmp_path / "pack", company=company, since=NOON + 2 * DAY)

    rows = table_of(tmp_path / "pack/11_company/documents.csv")
    assert [(row["ledger_seq"], row["turn"], row["why_not_in_pack"]) for row in rows] == [
        ("1", "changed", "it is another version than today's"),
        ("2", "changed", "it is another version than today's"),
        ("3", "changed", ""),
    ]


def test_what_is_not_copied_says_why(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "LARGEST", 3 * 1024 * 1024)
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(3 * 1024 * 1024 + 1))
    company = Company(documents=(a_document(large, "Large"), a_document(tmp_path / "gone.pdf", "Gone")))
    seen(sqlite_database, company)

    a_pack(sqlite_database, tmp_path / "pack", company=company)

    rows = table_of(tmp_path / "pack/11_company/documents.csv")
    assert [(row["document"], row["in_pack"], row["why_not_in_pack"]) for row in rows] == [
        ("Large", "", "it is larger than 3 MB"),
        ("Gone", "", "there is no such file"),
    ]
    assert not (tmp_path / "pack/11_company/documents").exists()


def test_the_period_and_the_scope_are_the_companys_word(sqlite_database: Database, tmp_path: Path) -> None:
    company = Company(period_begins=date(2026, 1, 1), scope="the shop", scope_reason="customers' data")
    seen(sqlite_database, Company(documents=(a_document(tmp_path / "gone.pdf"),)))

    a_pack(sqlite_database, tmp_path / "pack", company=company)

    rows = table_of(tmp_path / "pack/11_company/statement.csv")
    assert [(row["subject"], row["says"], row["because"]) for row in rows] == [
        ("observation period", "2026-01-01 to not stated", "not stated"),
        ("scope", "the shop", "customers' data"),
    ]
