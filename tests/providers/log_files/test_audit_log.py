"""Trail files on a local disk."""

import gzip
import os
import socket
from pathlib import Path

import msgspec
import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.ports import Delivery
from providers.log_files.audit_log import LogFiles, LogFilesSettings


def read(path: Path | str, cursor: str | None = None) -> list[Delivery]:
    return list(LogFiles(LogFilesSettings(path=str(path))).read_since(cursor))


def names(path: Path, deliveries: list[Delivery]) -> list[str]:
    return [Path(one.name).relative_to(path).as_posix() for one in deliveries]


def write(path: Path, text: bytes = b"{}") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    return path


def test_a_folder_is_read_to_its_bottom_in_the_order_of_its_paths(tmp_path: Path) -> None:
    for name in ("b.json", "a/2.json.gz", "a/1.ndjson", "c/d/e.jsonl", "README.md"):
        write(tmp_path / name)

    assert names(tmp_path, read(tmp_path)) == ["a/1.ndjson", "a/2.json.gz", "b.json", "c/d/e.jsonl"]


def test_a_file_that_is_named_may_be_called_anything(tmp_path: Path) -> None:
    file = write(tmp_path / "export.txt")

    assert [one.name for one in read(file)] == [file.as_posix()]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("**/*.gz", ["a/b/2.gz", "a/1.gz"]),
        ("*/*.gz", ["a/1.gz"]),
        ("a/**/*", ["a/1.gz", "a/b/2.gz", "a/b/3.txt"]),
        ("a/[12].gz", ["a/1.gz"]),
    ],
)
def test_a_pattern_is_read_as_far_as_it_reaches(tmp_path: Path, pattern: str, found: list[str]) -> None:
    for name in ("a/1.gz", "a/b/2.gz", "a/b/3.txt", "x.json"):
        write(tmp_path / name)

    assert sorted(names(tmp_path, read(tmp_path / pattern))) == sorted(found)


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    file = write(tmp_path / "trail[1].json")

    assert [one.name for one in read(file)] == [file.as_posix()]


def test_a_file_that_sorts_before_the_cursor_is_still_delivered(tmp_path: Path) -> None:
    """
    A synchronised file may sort before one that was read long ago.
    """
    write(tmp_path / "b.json")
    cursor = read(tmp_path)[-1].cursor
    write(tmp_path / "a.json")

    assert names(tmp_path, read(tmp_path, cursor)) == ["a.json", "b.json"]


def test_the_version_changes_with_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", b"{}")
    before = read(tmp_path)[0].version
    again = read(tmp_path)[0].version

    file.write_bytes(b"{} {}")
    os.utime(file, ns=(1, 1))

    assert before == again
    assert read(tmp_path)[0].version == "5-1"


def test_the_bytes_are_delivered_as_they_are(tmp_path: Path) -> None:
    packed = gzip.compress(b'{"Records": []}')
    write(tmp_path / "a.json.gz", packed)

    with read(tmp_path)[0].open() as stream:
        assert stream.read() == packed


@pytest.mark.parametrize("name", ["missing", "missing.json", "missing/*.json", "*.json"])
def test_what_is_not_there_is_said_with_the_next_step(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProviderUnavailableError) as refused:
        read(tmp_path / name)

    assert name in refused.value.what
    assert "`path`" in refused.value.hint


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path) == []


def test_pipes_and_sockets_are_no_trail_files(tmp_path: Path) -> None:
    """Opening a pipe would wait for ever."""
    os.mkfifo(tmp_path / "a.json")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "b.json"))

        assert read(tmp_path) == []
        assert read(tmp_path / "*.json") == []


def test_a_pipe_that_takes_a_files_place_is_refused_at_once(tmp_path: Path) -> None:
    file = write(tmp_path / "a.json")
    delivery = read(tmp_path)[0]
    file.unlink()
    os.mkfifo(file)

    with pytest.raises(ProviderResponseError):
        delivery.open()


def test_a_file_that_vanishes_may_come_back(tmp_path: Path) -> None:
    file = write(tmp_path / "a.json")
    delivery = read(tmp_path)[0]
    file.unlink()

    with pytest.raises(ProviderUnavailableError):
        delivery.open()


def test_links_are_followed_only_within_the_folder(tmp_path: Path) -> None:
    """
    Whoever may write into the folder must not choose what is read elsewhere.
    """
    outside = write(tmp_path / "outside" / "secret.json")
    folder = tmp_path / "trail"
    write(folder / "data" / "a.json")
    (folder / "inside.json").symlink_to(folder / "data" / "a.json")
    (folder / "outside.json").symlink_to(outside)
    (folder / "elsewhere").symlink_to(outside.parent)
    (folder / "round").symlink_to(folder)
    (folder / "broken.json").symlink_to(folder / "none.json")

    assert names(folder, read(folder)) == ["data/a.json", "inside.json"]
    assert names(folder, read(folder / "**" / "*.json")) == ["data/a.json", "inside.json"]


def test_a_folder_that_cannot_be_listed_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may hold records. Tests may run as root, whom no permission stops."""
    write(tmp_path / "closed" / "a.json")
    listing = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return listing(path)

    monkeypatch.setattr(os, "scandir", refuse)

    with pytest.raises(ProviderAccessError, match="cannot list"):
        read(tmp_path)


def test_a_name_that_is_no_text_can_still_be_told(tmp_path: Path) -> None:
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.json")))

    assert read(tmp_path)[0].name.endswith("\\xff.json")


@pytest.mark.parametrize("document", [{}, {"path": 7}, {"path": "a", "folder": "b"}])
def test_settings_that_do_not_fit_are_refused(document: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, LogFilesSettings)
