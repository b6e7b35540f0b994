import base64
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from drift.errors import ProviderUnavailableError
from drift.ledger.log import entries
from drift.model.event import RawRecord, Source
from drift.model.evidence import EntryKind
from drift.model.secret import Secret
from drift.ports import RawVault
from drift.stages.erase import erase
from drift.store.database import Database
from providers.vault.local_folder import LocalFolder, LocalFolderSettings
from tests.builders import NOON

YEAR = timedelta(days=365)


@pytest.fixture
def vault(tmp_path: Path) -> RawVault:
    key = Secret(base64.b64encode(b"k" * 32).decode())
    return LocalFolder(LocalFolderSettings(folder=str(tmp_path / "vault"), key=key))


def a_record(body: bytes) -> RawRecord:
    return RawRecord(body=body, source=Source(file="trail.json", index=0, sha256=sha256(body).hexdigest()))


def kinds(database: Database) -> list[EntryKind]:
    with database.reading() as connection:
        return [entry.kind for entry in entries(connection)]


def test_what_is_older_than_the_policy_keeps_is_erased_and_that_is_recorded(
    sqlite_database: Database, vault: RawVault
) -> None:
    vault.keep([a_record(b"old"), a_record(b"older")], NOON)
    vault.keep([a_record(b"new")], NOON + YEAR)

    problems = erase(sqlite_database, vault, YEAR, NOON + YEAR + timedelta(days=2))

    assert problems == ()
    assert vault.read(a_record(b"old").source.sha256) is None
    assert vault.read(a_record(b"new").source.sha256) == b"new"
    assert kinds(sqlite_database) == [EntryKind.ERASURE]


def test_nothing_to_erase_is_nothing_to_record(sqlite_database: Database, vault: RawVault) -> None:
    vault.keep([a_record(b"new")], NOON)

    assert erase(sqlite_database, vault, YEAR, NOON + timedelta(days=364)) == ()

    assert kinds(sqlite_database) == []


def test_a_vault_that_fails_says_so_and_what_was_meant_is_on_record(
    sqlite_database: Database, vault: RawVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Nothing may be gone without a record of it; a record too many does no harm.
    """
    vault.keep([a_record(b"old")], NOON)

    def fail(_: object) -> int:
        raise ProviderUnavailableError("the disk is gone", hint="mount it")

    monkeypatch.setattr(vault, "erase", fail)
    problems = erase(sqlite_database, vault, YEAR, NOON + 2 * YEAR)

    assert problems == ("vault: the disk is gone (mount it)",)
    assert kinds(sqlite_database) == [EntryKind.ERASURE]
