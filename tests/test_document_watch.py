"""The company's own documents are evidence by their hash, from the day on which they were seen."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from drift.model.company import Company, CompanyDocument, DocumentKind, DocumentTurn
from drift.model.evidence import EntryKind
from drift.store.database import Database
from tests.scenarios.cloud import Watch

DAY = 24 * 60


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.pdf"
    path.write_bytes(b"ask first")
    return path


@pytest.fixture
def watch(sqlite_database: Database, policy: Path) -> Watch:
    return Watch(database=sqlite_database, company=Company(documents=(a_document(policy),)))


def a_document(path: Path, *, version: str = "1") -> CompanyDocument:
    kind = DocumentKind.CHANGE_POLICY
    return CompanyDocument(name="Policy", kind=kind, path=path, version=version, owner=None)


def turns(watch: Watch) -> list[str]:
    return [one["turn"] for one in watch.bodies(EntryKind.DOCUMENT)]


def test_a_document_is_evidence_when_it_is_first_seen_and_when_it_changes(watch: Watch, policy: Path) -> None:
    watch.cycle()
    watch.cycle(DAY)
    policy.write_bytes(b"ask twice")
    watch.cycle(2 * DAY)

    first, second = watch.bodies(EntryKind.DOCUMENT)
    assert (first["turn"], first["file_name"], first["size"]) == ("attached", "policy.pdf", 9)
    assert first["sha256"] == hashlib.sha256(b"ask first").hexdigest()
    assert (second["turn"], second["sha256"]) == ("changed", hashlib.sha256(b"ask twice").hexdigest())


def test_it_is_looked_at_once_a_day(watch: Watch, policy: Path) -> None:
    watch.cycle()
    policy.write_bytes(b"ask twice")

    watch.cycle(60)

    assert turns(watch) == ["attached"]


def test_another_version_of_the_same_bytes_is_a_change(watch: Watch, policy: Path) -> None:
    watch.cycle()

    replace(watch, company=Company(documents=(a_document(policy, version="2"),))).cycle(DAY)

    assert turns(watch) == ["attached", "changed"]


def test_one_that_is_gone_is_told_and_one_that_nobody_names_is_withdrawn(watch: Watch, policy: Path) -> None:
    watch.cycle()
    policy.unlink()

    problems = watch.problems(DAY)
    replace(watch, company=Company()).cycle(2 * DAY)
    replace(watch, company=Company()).cycle(3 * DAY)

    assert problems == ("document Policy: it cannot be read: No such file or directory",)
    assert turns(watch) == ["attached", "unreadable", "withdrawn"]


def test_a_pipe_is_not_waited_for(watch: Watch, policy: Path) -> None:
    policy.unlink()
    os.mkfifo(policy)

    assert watch.problems() == ("document Policy: it is no file",)
    assert watch.bodies(EntryKind.DOCUMENT)[0]["turn"] == DocumentTurn.UNREADABLE
