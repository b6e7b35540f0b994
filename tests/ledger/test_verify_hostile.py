"""A pack that was made to break its verifier gets a verdict, in little memory, and never a traceback."""

import hashlib
import json
import shutil
import tracemalloc
from pathlib import Path

import pytest

from drift.ledger import verify
from drift.ledger.verify import INTEGRITY, parse_object, verify_pack
from drift.store.database import Database
from drift.store.migrate import migrate
from tests.ledger.building import KEY
from tests.reports.packs import a_ledger, a_pack, sign_again

CHANGES, TABLE, ENTRIES = "02_population/changes.jsonl", "02_population/changes.csv", "ledger/entries.jsonl"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    database = Database(f"sqlite:///{folder / 'store.sqlite3'}")
    migrate(database)
    a_ledger(database)
    a_pack(database, folder / "pack")
    database.close()
    return folder / "pack"


@pytest.fixture
def pack(untouched: Path, tmp_path: Path) -> Path:
    return shutil.copytree(untouched, tmp_path / "pack")


@pytest.mark.parametrize(
    "text",
    [
        b'{"v": 1, "v": 1}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b'{"a": ' + b"[" * 100_000,
        b'{"a": ' * 100_000,
        b"[]",
        b"",
        b"\0",
    ],
    ids=range(13),
)
def test_what_two_readers_take_differently_is_no_json(text: bytes) -> None:
    assert parse_object(text) is None


def test_a_name_that_stands_twice_in_a_body_is_found_though_its_hashes_fit(pack: Path) -> None:
    """
    One reader takes the first, another the last: the owner of the key could show each what he likes.
    """
    lines = (pack / ENTRIES).read_text().splitlines(keepends=True)
    row = json.loads(lines[4])
    row["body"] = '{"disposition":"unticketed",' + row["body"][1:]
    leaf = json.loads(row["leaf"])
    leaf["body_commit"] = hashlib.sha256(bytes.fromhex(row["salt"]) + row["body"].encode()).hexdigest()
    row["leaf"] = json.dumps(leaf, sort_keys=True, separators=(",", ":"))
    row["leaf_hash"] = hashlib.sha256(b"\0" + row["leaf"].encode()).hexdigest()
    lines[4] = json.dumps(row) + "\n"
    (pack / ENTRIES).write_text("".join(lines))
    sign_again(pack)

    problems = verify_pack(str(pack)).problems(INTEGRITY)

    assert f"{ENTRIES}: entry 4 was altered: its body is not a JSON object" in problems


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        (ENTRIES, b"[[],"),
        (ENTRIES, b'{"seq":1}\n'),
        (ENTRIES, b'{"leaf":"","seq":1}\n'),
        (CHANGES, b"x\n"),
        (CHANGES, b"\0"),
        (TABLE, b","),
        (TABLE, b'"'),
        (TABLE, b'"\n","'),
        ("MANIFEST.json", b" "),
        ("ledger/checkpoints/000000000004.note", b"\n\n\xe2\x80\x94"),
        ("00_START_HERE.html", b"x"),
    ],
    ids=range(11),
)
def test_a_file_without_end_takes_as_much_memory_as_its_limits_and_no_more(
    pack: Path, name: str, piece: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The limits are lowered, so that a file far beyond them is still small enough for a test.
    """
    for limit, lowered in (("MAX_DOCUMENT", 200_000), ("MAX_ROW", 100_000), ("MAX_ODD", 100)):
        monkeypatch.setattr(verify, limit, lowered)
    (pack / name).write_bytes(piece * (5_000_000 // len(piece)))

    tracemalloc.start()
    report = verify_pack(str(pack))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert any(name in problem for problem in report.problems(INTEGRITY))
    assert not [problem for problem in report.all_problems if "MemoryError" in problem]
    assert peak < 4_000_000


def test_a_path_to_another_place_is_never_read(pack: Path) -> None:
    (pack.parent / "secret").write_text("x")
    (pack / "ledger" / "checkpoints" / "1.note").symlink_to(pack.parent / "secret")
    (pack / "99_elsewhere").symlink_to("/etc")

    problems = verify_pack(str(pack), KEY.verifier_key).all_problems

    assert sorted(problems) == [
        "unlisted symbolic link: 99_elsewhere",
        "unlisted symbolic link: ledger/checkpoints/1.note",
    ]


def test_of_a_note_with_more_signatures_than_a_genuine_one_has_a_hundred_are_checked(
    pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = 0

    def is_signed(*_: bytes) -> bool:
        nonlocal checked
        checked += 1
        return True

    monkeypatch.setattr(verify, "verify_ed25519", is_signed)
    note = pack / "MANIFEST.json.note"
    text, _, signature = note.read_text().rpartition("\n\n")
    note.write_text(f"{text}\n\n{signature * 1000}")

    problems = verify_pack(str(pack)).problems(INTEGRITY)

    assert "MANIFEST.json.note: holds more than 100 signatures" in problems
    assert checked <= 100 + len(list((pack / "ledger/checkpoints").iterdir()))


def test_of_what_an_auditor_asked_for_in_vain_each_is_looked_up_and_not_searched() -> None:
    """
    The pack chooses how many these are, and how many changes there are.
    """
    compared = 0

    class Counted(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

    changes = [verify.Entry(at, Counted(f"chg-{at}"), "", "", "", verify.Said()) for at in range(100)]
    missed = [*(f"no-{at}" for at in range(100)), {}, "chg-7"]

    drawn = verify.draw_again({"of": "changes", "not_found": missed}, {}, changes, "")

    assert drawn.facts["not_found"] == missed[:-1]
    assert compared < 1000
