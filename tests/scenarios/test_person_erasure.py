"""Somebody asks to be forgotten: nothing names them any more, and every proof still holds."""

import json
import re
import shlex
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import select

from drift.ledger.checkpoint import latest_checkpoint
from drift.ledger.keys import load_key_file
from drift.ledger.log import entries, node_reader
from drift.ledger.merkle import root
from drift.ledger.note import in_base64
from drift.ledger.verify import INTEGRITY, QUESTIONS, verify_pack
from drift.model.evidence import Checkpoint, EntryKind
from drift.store.changes import changes
from drift.store.database import Database
from drift.store.metadata import metadata
from tests.cli.running import run
from tests.reports.packs import sign_again
from tests.scenarios.world import lay_out

ROOT = Path(__file__).parents[2]
SHOWN = re.findall(r"```\ndrift (.*?)\n```", (ROOT / "docs/erasure.md").read_text())[0]
"""The command of the documents."""

STORIES = ["console-change-ticket-afterwards", "s3-console-public"]
NAMES = ("carol", "198.51.100.143", "chaosmonkey")
"""Of who made the first change: name, address of the machine, and a login that the configuration knows."""

MORE = """
[[person]]
name = "carol@example.com"
aliases = ["ChaosMonkey"]

[[vault]]
name = "raw"
type = "local-folder"
folder = "vault"
key_env = "DRIFT_VAULT_KEY"
"""


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """A store in which somebody made a change, and that was erased."""

    folder: Path
    database: Database
    sealed: Checkpoint
    """Before the erasure."""
    before: list[tuple[str, str]]
    """Each change with how it stood."""
    said: str
    """By the command."""

    @property
    def key(self) -> str:
        """The key that the auditor trusts."""
        return load_key_file(self.folder / "driftledger-key.pem", "driftledger/example").verifier_key

    def standing(self) -> list[tuple[str, str]]:
        """Return each change with how it stands."""
        with self.database.reading() as connection:
            rows = list(changes(connection))
        return [
            (row.change.change_id, str(row.judgement and row.judgement.decision.disposition)) for row in rows
        ]


@pytest.fixture
def watched(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watched]:
    """Two stories as they were judged, of which she acknowledged one herself; then she is erased."""
    monkeypatch.setenv("DRIFT_VAULT_KEY", "A" * 43 + "=")
    config = lay_out(tmp_path, STORIES)
    monkeypatch.setenv("DRIFT_STORE", database_url)
    settings = config.read_text().replace('url = "sqlite:///driftledger.sqlite3"', 'url_env = "DRIFT_STORE"')
    config.write_text(settings + MORE)
    drift = partial(run, capsys, tmp_path)
    assert drift("run", "--once").code == 0
    database = Database(database_url)
    with database.reading() as connection:
        mine = next(row.change for row in changes(connection) if row.change.actor.name.startswith("carol"))
        sealed = latest_checkpoint(connection)
    assert drift("acknowledge", mine.change_id, "--as", "ChaosMonkey", "--because", "mine").code == 0
    asked = shlex.split(SHOWN)
    seen = Watched(folder=tmp_path, database=database, sealed=sealed, before=[], said="")  # type: ignore[arg-type]
    before = seen.standing()
    assert "would be erased" in drift(*asked, "--dry-run").out
    done = drift(*asked)
    assert done.code == 0, done.err
    yield Watched(folder=tmp_path, database=database, sealed=sealed, before=before, said=done.out)  # type: ignore[arg-type]
    database.close()


def test_nothing_names_the_person_and_every_proof_holds(
    watched: Watched, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    drift = partial(run, capsys, tmp_path)
    assert drift("evidence", "export", "--out", str(tmp_path / "pack")).code == 0

    report = verify_pack(str(tmp_path / "pack"), watched.key)

    assert report.all_problems == []
    assert [report.verdict(question) for question in QUESTIONS] == ["ok", "ok", "ok"]
    assert report.erased >= 3
    assert naming_files(tmp_path / "pack") == []
    assert naming_files(tmp_path / "vault") == []
    assert naming_rows(watched.database) == []
    assert naming_files(tmp_path, "*.sqlite3*") == naming_files(tmp_path, "store.sqlite3*") == []
    assert watched.standing() == watched.before
    with watched.database.reading() as connection:
        assert in_base64(root(watched.sealed.size, node_reader(connection))) == watched.sealed.root


@on_sqlite
def test_what_the_person_did_stays_in_the_population_under_a_pseudonym(
    watched: Watched, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, tmp_path, "evidence", "export", "--out", str(tmp_path / "pack"))

    lines = (tmp_path / "pack/02_population/changes.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]

    erased = [row for row in rows if row["actor"].startswith("erased-")]
    assert [(row["change_id"], row["disposition"]) for row in rows] == watched.before
    assert len(erased) == 1
    assert f"{erased[0]['actor'].partition('@')[0]} stands in place of the names" in watched.said
    assert erased[0]["account"] == "111122223333"
    assert erased[0]["principal"].endswith(erased[0]["actor"])


@on_sqlite
def test_the_watch_goes_on(watched: Watched, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    drift = partial(run, capsys, tmp_path)

    assert watched.standing() == watched.before
    assert drift("changes").code == drift("findings").code == drift("status").code == 0
    assert drift("show", watched.before[0][0]).code == 0
    assert drift("run", "--once").code == 0
    assert watched.standing() == watched.before


@on_sqlite
def test_the_erasure_is_an_entry_that_names_nobody(watched: Watched) -> None:
    with watched.database.reading() as connection:
        told = list(entries(connection, kind=EntryKind.PERSON_ERASURE))
        orders = list(entries(connection, kind=EntryKind.ORDER))

    body, order = json.loads(told[0].body or b""), json.loads(orders[0].body or b"")
    assert len(told) == len(orders) == 1
    assert body["person"] == told[0].ref == order["reason"].split()[-1]
    assert order["by"].startswith("dana")
    assert len(body["entries"]) >= 3


@on_sqlite
def test_a_body_that_is_missing_without_an_erasure_is_tampering(
    watched: Watched, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, tmp_path, "evidence", "export", "--out", str(tmp_path / "pack"))
    path = tmp_path / "pack/ledger/entries.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[0] |= {"salt": "", "body": ""}
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    sign_again(tmp_path / "pack", load_key_file(tmp_path / "driftledger-key.pem", "driftledger/example"))

    problems = verify_pack(str(tmp_path / "pack"), watched.key).problems(INTEGRITY)

    assert any("entry 0 was altered: its body is missing" in problem for problem in problems)


def naming_files(folder: Path, pattern: str = "*") -> list[str]:
    """Return the files that name the person."""
    files = [path for path in folder.rglob(pattern) if path.is_file()]
    return [path.name for path in files if any(name in unpacked(path).lower() for name in wanted())]


def unpacked(path: Path) -> bytes:
    """Return what a file says: of a workbook its parts, which lie in it compressed, of a PDF its text."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as parts:
            return b"".join(map(parts.read, parts.namelist()))
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as document:
            return " ".join(page.get_textpage().get_text_bounded() for page in document).encode()
    return path.read_bytes()


def naming_rows(database: Database) -> list[str]:
    """Return the tables in whose rows the person is named."""
    with database.reading() as connection:
        return [
            table.name
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
            if any(name in b" ".join(map(as_bytes, row)).lower() for name in wanted())
        ]


def wanted() -> list[bytes]:
    return [name.encode() for name in NAMES]


def as_bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
