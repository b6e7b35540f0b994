import base64
import os
import stat
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.event import RawRecord, Source
from drift.model.secret import Secret
from providers.packs import vault as packs
from providers.vault.local_folder import LocalFolder, LocalFolderSettings
from tests.builders import NOON

KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "vault"


@pytest.fixture
def vault(root: Path) -> LocalFolder:
    return LocalFolder(LocalFolderSettings(folder=str(root), key=Secret(KEY)))


def a_record(body: bytes) -> RawRecord:
    return RawRecord(body=body, source=Source(file="trail.json", index=0, sha256=hash_of(body)))


def hash_of(body: bytes) -> str:
    return sha256(body).hexdigest()


def test_a_batch_is_one_file_in_the_folder_of_its_day_in_utc(root: Path, vault: LocalFolder) -> None:
    vault.keep([a_record(b"one"), a_record(b"two")], NOON)

    (file,) = (path for path in root.rglob("*") if path.is_file())
    assert file.parent == root / "2026-11-16"
    assert file.suffix == ".pack"


def test_none_but_the_owner_may_read_it(root: Path, vault: LocalFolder) -> None:
    old = os.umask(0)
    try:
        vault.keep([a_record(b"one")], NOON)
    finally:
        os.umask(old)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in (root, *root.rglob("*")) if path.is_dir()}
    assert modes == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in root.rglob("*.pack")} == {0o600}


def test_what_a_crash_left_half_written_is_not_read_and_goes_with_its_day(
    root: Path, vault: LocalFolder
) -> None:
    vault.keep([a_record(b"one")], NOON)
    (root / "2026-11-16" / ".0123.new").write_bytes(b"half a pa")

    assert vault.read(hash_of(b"two")) is None
    assert vault.count(NOON + timedelta(days=2)) == 1
    vault.erase(NOON + timedelta(days=2))

    assert list(root.iterdir()) == []


@pytest.mark.parametrize("name", ["notes", "2026-11", "20261101", "2026-11-01.old", "٢٠٢٦-11-01"])
def test_what_somebody_else_put_there_is_left_alone(root: Path, vault: LocalFolder, name: str) -> None:
    vault.keep([a_record(b"one")], NOON)
    (root / name).mkdir()
    (root / name / "a.pack").write_bytes(b"mine")

    vault.erase(NOON + timedelta(days=900))

    assert [path.name for path in root.iterdir()] == [name]
    assert vault.read(hash_of(b"one")) is None


def test_a_large_batch_is_cut_into_packs_that_can_be_opened_in_memory(
    root: Path, vault: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "PACK_BYTES", 100)
    bodies = [bytes([number]) * 40 for number in range(7)] + [b"x" * 500]

    vault.keep([a_record(body) for body in bodies], NOON)

    assert len(list(root.rglob("*.pack"))) == 5
    assert [vault.read(hash_of(body)) for body in bodies] == bodies


def test_records_that_are_alike_take_little_room(root: Path, vault: LocalFolder) -> None:
    bodies = [b'{"eventName": "RunInstances", "eventID": "%08d"}' % number for number in range(500)]

    vault.keep([a_record(body) for body in bodies], NOON)

    (pack,) = root.rglob("*.pack")
    assert pack.stat().st_size < sum(map(len, bodies))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_names_the_permission(root: Path, vault: LocalFolder) -> None:
    root.mkdir(parents=True, mode=0o500)

    with pytest.raises(ProviderAccessError, match="keep records"):
        vault.keep([a_record(b"one")], NOON)


def test_a_full_disk_leaves_nothing_that_could_be_taken_for_a_record(
    root: Path, vault: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ProviderUnavailableError, match="No space left"):
        vault.keep([a_record(b"one")], NOON)
    monkeypatch.undo()

    assert vault.read(hash_of(b"one")) is None
    vault.keep([a_record(b"one")], NOON)
    assert vault.read(hash_of(b"one")) == b"one"
