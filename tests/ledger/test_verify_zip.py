"""A zip is verified as it is: nothing of it is unpacked onto the disk, or makes the verifier crash."""

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from drift.ledger import verify
from drift.ledger.verify import COMPLETENESS, INTEGRITY, CannotVerify, verify_pack
from drift.store.database import Database
from drift.store.migrate import migrate
from tests.ledger.building import KEY
from tests.reports.packs import a_ledger, a_pack

ENTRIES = "ledger/entries.jsonl"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zipped")
    database = Database(f"sqlite:///{folder / 'store.sqlite3'}")
    migrate(database)
    a_ledger(database)
    a_pack(database, folder / "pack")
    database.close()
    return folder / "pack"


@pytest.mark.parametrize("folder", ["", "soc2pack_example/"], ids=["flat", "in a folder"])
def test_a_zip_is_verified_like_the_folder_that_it_was_made_of(
    pack: Path, folder: str, tmp_path: Path
) -> None:
    zipped = zip_of(pack, tmp_path, folder)

    report = verify_pack(zipped, KEY.verifier_key)

    assert report.as_json() == verify_pack(str(pack), KEY.verifier_key).as_json()
    assert report.all_problems == []
    assert [path.name for path in tmp_path.iterdir()] == ["pack.zip"]


def test_what_was_altered_in_a_zip_is_named(pack: Path, tmp_path: Path) -> None:
    content = (pack / ENTRIES).read_bytes().replace(b"unticketed", b"authorised")

    report = verify_pack(zip_of(pack, tmp_path, changed={ENTRIES: content}))

    assert f"{ENTRIES} was altered: its size or SHA-256 is not the one in MANIFEST.json" in report.problems(
        INTEGRITY
    )


Adding = Callable[[zipfile.ZipFile], None]


def add(name: str, content: bytes = b"x", *, mode: int = 0, method: int = zipfile.ZIP_DEFLATED) -> Adding:
    def adding(archive: zipfile.ZipFile) -> None:
        member = zipfile.ZipInfo(name)
        member.external_attr = mode << 16
        member.compress_type = method
        archive.writestr(member, content)

    return adding


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("adding", "problem"),
    [
        (add("x"), "unlisted file: x"),
        (add("../x"), "unlisted file: ../x"),
        (add("/etc/passwd"), "unlisted file: /etc/passwd"),
        (add("01_ipe/x/"), "unlisted folder: 01_ipe/x"),
        (add(ENTRIES), f"unlisted file: {ENTRIES}, which is there twice"),
        (add("x", mode=stat.S_IFLNK | 0o777), "unlisted symbolic link: x"),
        (add("x", mode=stat.S_IFIFO | 0o777), "unlisted special file: x"),
        (add("x", method=zipfile.ZIP_BZIP2), "unlisted encrypted or oddly compressed file: x"),
        (add("x", method=zipfile.ZIP_LZMA), "unlisted encrypted or oddly compressed file: x"),
        (add("\x1b[2J\n"), "unlisted file: \\u001b[2J\\u000a"),
    ],
    ids=range(10),
)
def test_what_is_beside_the_pack_is_named(pack: Path, tmp_path: Path, adding: Adding, problem: str) -> None:
    report = verify_pack(zip_of(pack, tmp_path, adding=adding))

    assert problem in report.problems(COMPLETENESS)
    assert list(tmp_path.iterdir()) == [tmp_path / "pack.zip"]


def test_what_lies_beside_the_folder_of_the_pack_is_named(pack: Path, tmp_path: Path) -> None:
    report = verify_pack(zip_of(pack, tmp_path, "example/", adding=add("elsewhere/x")))

    assert report.all_problems == ["unlisted file beside the pack: elsewhere/x"]


def test_every_byte_of_a_zip_may_be_wrong(
    pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Bytes that only say when a file was changed, or with which program it was zipped, need not matter.
    """
    path = Path(zip_of(pack, tmp_path))
    content = path.read_bytes()
    for position in range(0, len(content), len(content) // 150):
        path.write_bytes(content[:position] + bytes([content[position] ^ 0xFF]) + content[position + 1 :])

        status = verify.main([str(path)])

        printed = capsys.readouterr()
        assert status in (0, 1, 2), position
        assert "Traceback" not in printed.out + printed.err


@pytest.mark.parametrize("share", [0.0, 0.1, 0.9, 0.999])
def test_a_zip_that_was_cut_off_cannot_be_read(pack: Path, tmp_path: Path, share: float) -> None:
    path = Path(zip_of(pack, tmp_path))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])

    with pytest.raises(CannotVerify, match=r"no zip that can be read.*; get it again"):
        verify_pack(str(path))


def test_a_zip_that_swells_is_not_unpacked(pack: Path, tmp_path: Path) -> None:
    zipped = zip_of(pack, tmp_path, adding=add("zeros", bytes(200 << 20)))

    with pytest.raises(CannotVerify, match="would unpack to far more than a pack is"):
        verify_pack(zipped)


def test_a_zip_with_a_list_of_files_that_fills_the_memory_is_not_read(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "MAX_DIRECTORY", 100)

    with pytest.raises(CannotVerify, match="larger than a zip of a pack may be"):
        verify_pack(zip_of(pack, tmp_path))


def test_a_zip_of_something_else_is_no_pack(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("notes.txt", "x")

    with pytest.raises(CannotVerify, match="is no pack"):
        verify_pack(str(tmp_path / "other.zip"))


def zip_of(
    pack: Path,
    folder: Path,
    inside: str = "",
    *,
    changed: dict[str, bytes] | None = None,
    adding: Adding | None = None,
) -> str:
    """Zip a pack, with other contents of some files, and something added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in pack.rglob("*") if path.is_file()):
            name = path.relative_to(pack).as_posix()
            archive.writestr(inside + name, (changed or {}).get(name, path.read_bytes()))
        if adding is not None:
            adding(archive)
    (folder / "pack.zip").write_bytes(buffer.getvalue())
    return str(folder / "pack.zip")
