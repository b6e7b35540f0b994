"""Finding a provider on this machine, and refusing the wrong one."""

import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from drift.errors import ProviderError, ProviderResponseError
from providers.terraform.plugin.find.finder import Finder
from providers.terraform.plugin.find.source import Source
from tests.providers.terraform.plugin.find.builds import TOY, h1, lock, packed, program, unpacked, zh, zipped


def a_finder(tmp_path: Path, *folders: Path, **but: Any) -> Finder:
    return Finder(cache=tmp_path / "own-cache", folders=folders, **but)


def said_by(binary: Path) -> str:
    return subprocess.run([binary], check=True, capture_output=True, text=True).stdout.strip()


def test_the_newest_version_is_taken_where_nobody_names_one_and_that_is_told(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0", "1.10.0-beta1"):
        unpacked(tmp_path / "cache", version)

    found = a_finder(tmp_path, tmp_path / "cache").find(TOY)

    assert (found.version, found.is_chosen, said_by(found.path)) == ("1.10.0", True, "1.10.0")
    assert str(found) == "registry.example.com/example/toy 1.10.0"


def test_the_configuration_may_name_the_version(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0"):
        unpacked(tmp_path / "cache", version)

    found = a_finder(tmp_path, tmp_path / "cache", versions={"example/toy": "1.9.0"}).find(TOY)

    assert (found.version, found.is_chosen) == ("1.9.0", False)


def test_the_lock_file_of_the_working_folder_decides(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0"):
        unpacked(tmp_path / "cache", version)
    lock(tmp_path / "work", h1(program("1.9.0")), version="1.9.0")

    finder = a_finder(tmp_path, tmp_path / "cache", versions={"example/toy": "1.10.0"})

    assert finder.find(TOY, tmp_path / "work").version == "1.9.0"


def test_the_providers_of_the_working_folder_itself_are_found(tmp_path: Path) -> None:
    unpacked(tmp_path / "work" / ".terraform" / "providers")

    assert a_finder(tmp_path).find(TOY, tmp_path / "work").version == "1.0.0"


def test_a_zip_of_a_mirror_is_unpacked_where_nobody_else_may_write(tmp_path: Path) -> None:
    packed(tmp_path / "mirror")

    found = a_finder(tmp_path, tmp_path / "mirror").find(TOY)
    again = a_finder(tmp_path, tmp_path / "mirror").find(TOY)

    assert said_by(found.path) == "1.0.0"
    assert found == again
    assert stat.S_IMODE((tmp_path / "own-cache").stat().st_mode) == 0o700


@pytest.mark.parametrize("hashed", ["zh", "h1", "both"])
def test_a_zip_that_the_lock_file_knows_by_either_hash_is_taken(tmp_path: Path, hashed: str) -> None:
    archive = packed(tmp_path / "mirror")
    known = {"zh": [zh(archive)], "h1": [h1(program())], "both": ["h1:other", zh(archive)]}
    lock(tmp_path / "work", *known[hashed])

    assert a_finder(tmp_path, tmp_path / "mirror").find(TOY, tmp_path / "work").version == "1.0.0"


@pytest.mark.parametrize("hashes", [["h1:other"], ["zh:" + "0" * 64], ["h1:other", "zh:" + "0" * 64]])
@pytest.mark.parametrize("lay_out", [packed, unpacked])
def test_what_the_lock_file_does_not_know_is_never_started(
    tmp_path: Path, lay_out: Any, hashes: list[str]
) -> None:
    lay_out(tmp_path / "mirror")
    lock(tmp_path / "work", *hashes)

    with pytest.raises(
        ProviderResponseError, match=r"is not the provider that .*\.terraform\.lock\.hcl was made"
    ):
        a_finder(tmp_path, tmp_path / "mirror").find(TOY, tmp_path / "work")


def test_a_file_that_was_changed_or_added_is_noticed(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "mirror")
    lock(tmp_path / "work", h1(program()))
    finder = a_finder(tmp_path, tmp_path / "mirror")
    finder.find(TOY, tmp_path / "work")

    (folder / "LICENSE").write_bytes(b"BSD")

    with pytest.raises(ProviderResponseError, match="its hash is not there"):
        finder.find(TOY, tmp_path / "work")


def test_a_build_that_the_lock_file_forbids_does_not_hide_the_one_that_it_knows(tmp_path: Path) -> None:
    unpacked(tmp_path / "tampered", files={"terraform-provider-toy_v1.0.0": b"#!/bin/sh\necho evil\n"})
    unpacked(tmp_path / "sound")
    lock(tmp_path / "work", h1(program()))

    found = a_finder(tmp_path, tmp_path / "tampered", tmp_path / "sound").find(TOY, tmp_path / "work")

    assert said_by(found.path) == "1.0.0"


@pytest.mark.parametrize("content", ['provider "x" {', 'provider "a/b" {}', 'provider "a/b/c" {}', "\x00"])
def test_a_lock_file_that_cannot_be_read_forbids_everything(tmp_path: Path, content: str) -> None:
    unpacked(tmp_path / "mirror")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / ".terraform.lock.hcl").write_text(content)

    with pytest.raises(ProviderResponseError, match="is damaged"):
        a_finder(tmp_path, tmp_path / "mirror").find(TOY, tmp_path / "work")


def test_an_old_name_finds_the_first_party_provider(tmp_path: Path) -> None:
    unpacked(tmp_path / "mirror")

    found = a_finder(tmp_path, tmp_path / "mirror").find(Source(host=None, namespace=None, type="toy"))

    assert found.source == TOY


@pytest.mark.parametrize(
    "files",
    [
        {"../terraform-provider-toy_v1": b"x"},
        {"/etc/terraform-provider-toy_v1": b"x"},
        {"bin/terraform-provider-toy_v1": b"x"},
        {f"file{number}": b"x" for number in range(200)},
        {"README": b"no program"},
    ],
)
def test_a_zip_that_is_no_build_of_a_provider_is_refused(tmp_path: Path, files: dict[str, bytes]) -> None:
    packed(tmp_path / "mirror", files=files)

    with pytest.raises(ProviderResponseError):
        a_finder(tmp_path, tmp_path / "mirror").find(TOY)

    assert not (tmp_path / "terraform-provider-toy_v1").exists()


def test_a_damaged_zip_says_so(tmp_path: Path) -> None:
    packed(tmp_path / "mirror").write_bytes(b"PK\x03\x04 and no more")

    with pytest.raises(ProviderResponseError, match="cannot be unpacked"):
        a_finder(tmp_path, tmp_path / "mirror").find(TOY)


def test_a_damaged_zip_says_so_before_it_is_held_against_a_lock_file(tmp_path: Path) -> None:
    packed(tmp_path / "mirror").write_bytes(b"PK\x03\x04 and no more")
    lock(tmp_path / "work", "h1:other")

    with pytest.raises(ProviderResponseError, match="cannot be read"):
        a_finder(tmp_path, tmp_path / "mirror").find(TOY, tmp_path / "work")


def test_a_cache_that_others_may_write_into_is_not_used(tmp_path: Path) -> None:
    packed(tmp_path / "mirror")
    (tmp_path / "own-cache").mkdir()
    (tmp_path / "own-cache").chmod(0o777)

    with pytest.raises(ProviderResponseError, match="others may write into"):
        a_finder(tmp_path, tmp_path / "mirror").find(TOY)


def test_another_machines_build_is_none(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "mirror")
    folder.rename(folder.parent / "plan9_mips")
    zipped(folder.parent.parent / "terraform-provider-toy_1.0.0_plan9_mips.zip", program())

    with pytest.raises(ProviderError, match=r"no provider registry\.example\.com/example/toy for") as raised:
        a_finder(tmp_path, tmp_path / "mirror").find(TOY)

    assert str(tmp_path / "mirror") in raised.value.hint


def test_a_program_that_may_not_be_executed_is_named(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "mirror")
    os.chmod(folder / "terraform-provider-toy_v1.0.0", 0o644)  # noqa: PTH101

    with pytest.raises(ProviderResponseError, match="that may be executed"):
        a_finder(tmp_path, tmp_path / "mirror").find(TOY)
