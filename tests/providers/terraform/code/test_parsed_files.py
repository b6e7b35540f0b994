import os
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError
from providers.terraform.code import parsed_files
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.code.syntax import Block, ParsedFile

CODE = b'resource "aws_sqs_queue" "orders" {\n  name = "x"\n  tags = { a = [1, null, "${var.b}"] }\n}\n'
OTHER = ParsedFile(body=Block(type="", blocks=(Block(type="other"),)))


def entries(cache: Path) -> list[Path]:
    return [one for one in cache.rglob("*") if one.is_file()]


def test_the_same_content_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    files = ParsedFiles()
    first = files.parsed("main.tf", CODE)

    assert files.parsed("other/queue.tf", CODE) is first


def test_what_was_parsed_before_is_read_from_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ParsedFiles(tmp_path / "cache").parsed("main.tf", CODE)
    monkeypatch.setattr(parsed_files, "parse_hcl", lambda _: OTHER)

    assert ParsedFiles(tmp_path / "cache").parsed("main.tf", CODE) == before


def test_another_form_of_entries_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ParsedFiles(tmp_path / "cache").parsed("main.tf", CODE)
    monkeypatch.setattr(parsed_files, "parse_hcl", lambda _: OTHER)
    monkeypatch.setattr(parsed_files, "FORM", b"next")

    assert ParsedFiles(tmp_path / "cache").parsed("main.tf", CODE) == OTHER


def test_the_syntax_is_part_of_what_is_known(tmp_path: Path) -> None:
    files = ParsedFiles(tmp_path / "cache")

    assert files.parsed("main.tf", b"{}").error != files.parsed("main.tf.json", b"{}").error


@pytest.mark.parametrize("damage", ["cut", "flipped", "exchanged", "empty"])
def test_an_entry_that_is_not_whole_is_made_anew(tmp_path: Path, damage: str) -> None:
    files = ParsedFiles(tmp_path / "cache")
    before = files.parsed("main.tf", CODE)
    (entry,) = entries(tmp_path / "cache")
    whole = entry.read_bytes()
    match damage:
        case "cut":
            entry.write_bytes(whole[:-5])
        case "flipped":
            entry.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        case "exchanged":
            files.parsed("other.tf", b"x = 1\n")
            (other,) = (one for one in entries(tmp_path / "cache") if one != entry)
            entry.write_bytes(other.read_bytes())
        case _:
            entry.write_bytes(b"")

    assert ParsedFiles(tmp_path / "cache").parsed("main.tf", CODE) == before
    assert entry.read_bytes() == whole


def test_entries_are_for_their_owner_only(tmp_path: Path) -> None:
    ParsedFiles(tmp_path / "cache").parsed("main.tf", CODE)

    (entry,) = entries(tmp_path / "cache")
    assert entry.stat().st_mode & 0o077 == 0
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0


def test_a_folder_in_which_others_may_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o777)

    with pytest.raises(ProviderAccessError, match="others may write") as raised:
        ParsedFiles(tmp_path / "cache")

    assert "chmod 700" in raised.value.hint


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ProviderAccessError, match="cannot be made"):
        ParsedFiles(tmp_path / "file" / "cache")


def test_without_room_on_the_disk_everything_is_parsed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ParsedFiles(tmp_path / "cache")

    def full(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "open", full)

    assert files.parsed("main.tf", CODE).error is None


def test_a_file_that_nobody_wrote_is_not_parsed() -> None:
    assert ParsedFiles().parsed("main.tf", b"#" * 5_000_000).error == "too long to be code"
