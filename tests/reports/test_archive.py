"""The zip file of a pack."""

import os
import zipfile
from pathlib import Path

import pytest

from drift.errors import UsageError
from drift.reports.pack.archive import write_archive


def test_the_same_folder_gives_the_same_bytes_whenever_it_was_written(tmp_path: Path) -> None:
    for number, name in enumerate(("first", "second")):
        a_folder(tmp_path / name, in_another_order=bool(number))
        for path in (tmp_path / name).rglob("*"):
            os.utime(path, (number * 10_000, number * 10_000))

        write_archive(tmp_path / name, tmp_path / f"{name}.zip", "pack")

    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "first.zip") as packed:
        assert packed.namelist() == ["pack/MANIFEST.json", "pack/ledger/entries.jsonl"]
        assert packed.read("pack/MANIFEST.json") == b"{}"
        assert packed.testzip() is None


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    a_folder(tmp_path / "pack")
    (tmp_path / "pack.zip").write_text("mine")

    with pytest.raises(UsageError, match="is there already"):
        write_archive(tmp_path / "pack", tmp_path / "pack.zip", "pack")

    assert (tmp_path / "pack.zip").read_text() == "mine"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["pack", "pack.zip"]


def a_folder(folder: Path, *, in_another_order: bool = False) -> None:
    files = [("MANIFEST.json", "{}"), ("ledger/entries.jsonl", "a line\n" * 1000)]
    for name, content in reversed(files) if in_another_order else files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
