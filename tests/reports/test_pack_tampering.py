"""Whatever is done to a pack is found, under the right question, in a sentence that names it."""

import base64
import csv
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drift.ledger import verify
from drift.ledger.entry import Leaf, commit, encode_leaf
from drift.ledger.merkle import Frontier, hash_leaf
from drift.ledger.note import SigningKey
from drift.ledger.verify import COMPLETENESS, INTEGRITY, ORIGIN, Report, verify_pack
from drift.reports.pack.manifest import NAME, NOTE_NAME, write_manifest
from drift.store.database import Database
from drift.store.migrate import migrate
from tests.ledger.building import KEY, OTHER_KEY
from tests.reports.packs import DERIVED, FILES, a_ledger, a_pack, sign_again

ENTRIES = "ledger/entries.jsonl"
CHANGES = "02_population/changes.jsonl"
NEWEST = "ledger/checkpoints/000000000013.note"
SUMMARY = "01_ipe/summary.json"

Tampering = Callable[[Path], None]
Lines = list[bytes]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One pack for all tests, each of which takes a copy."""
    folder = tmp_path_factory.mktemp("untouched")
    database = Database(f"sqlite:///{folder / 'store.sqlite3'}")
    migrate(database)
    a_ledger(database)
    a_pack(database, folder / "pack")
    database.close()
    return folder / "pack"


@pytest.fixture
def pack(untouched: Path, tmp_path: Path) -> Path:
    return shutil.copytree(untouched, tmp_path / "pack")


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_byte_is_found_in_every_file_and_one_line_in_an_empty_one(pack: Path, name: str) -> None:
    content = (pack / name).read_bytes()
    positions = {0, len(content) // 3, len(content) // 2, len(content) - 1} if content else set()
    for tampered in [flipped(content, position) for position in positions] or [b"{}\n"]:
        (pack / name).write_bytes(tampered)

        report = verify_pack(str(pack))

        assert report.verdict(INTEGRITY) == verify.FAILED
        assert any(name in problem for problem in report.problems(INTEGRITY))


@pytest.mark.parametrize("name", [NAME, NOTE_NAME])
def test_every_byte_of_what_is_not_listed_counts(pack: Path, name: str) -> None:
    """
    The manifest cannot list itself and its note: only the signature vouches for them.
    """
    content = (pack / name).read_bytes()
    for position in range(len(content) - 1, 0, -len(content) // 40):
        (pack / name).write_bytes(flipped(content, position, bit=position % 8))

        assert verify_pack(str(pack)).verdict(INTEGRITY) == verify.FAILED, position


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_taken_away_is_missing(pack: Path, name: str) -> None:
    (pack / name).unlink()

    report = verify_pack(str(pack))

    assert f"missing file: {name}" in report.problems(COMPLETENESS)


@pytest.mark.parametrize("name", FILES)
def test_a_folder_or_link_does_not_pass_for_a_file(pack: Path, name: str, tmp_path: Path) -> None:
    (pack / name).rename(tmp_path / "genuine")
    (pack / name).mkdir()
    in_a_folder = verify_pack(str(pack))
    (pack / name).rmdir()
    (pack / name).symlink_to(tmp_path / "genuine")
    as_a_link = verify_pack(str(pack))

    assert f"missing file: {name}" in in_a_folder.problems(COMPLETENESS)
    assert f"unlisted symbolic link: {name}" in as_a_link.problems(COMPLETENESS)


@pytest.mark.parametrize("name", ["x", "ledger/x", "ledger/checkpoints/x.note", "verify/__pycache__/x", ".x"])
def test_a_file_that_was_added_is_unlisted(pack: Path, name: str) -> None:
    (pack / name).parent.mkdir(exist_ok=True)
    (pack / name).write_text("x")

    assert f"unlisted file: {name}" in verify_pack(str(pack)).problems(COMPLETENESS)


@pytest.mark.parametrize("name", ["x", "ledger/x", "02_population/x/y", ".x"])
def test_an_empty_folder_that_was_added_is_unlisted(pack: Path, name: str) -> None:
    (pack / name).mkdir(parents=True)

    report = verify_pack(str(pack))

    assert report.verdict(COMPLETENESS) == verify.FAILED
    assert f"unlisted folder: {name}" in report.problems(COMPLETENESS)
    assert report.verdict(INTEGRITY) == verify.OK


def test_without_the_keys_nobody_says_that_nobody_signed(pack: Path) -> None:
    (pack / verify.KEYS).unlink()

    told = verify_pack(str(pack)).as_text()

    assert "ORIGIN        unknown  signed by no known key; give --key" in told


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "ledger/../MANIFEST.json"])
def test_a_manifest_names_nothing_outside_the_pack(pack: Path, path: str) -> None:
    (pack.parent / "outside").write_text("")
    manifest = json.loads((pack / NAME).read_text())
    manifest["files"].append({"path": path, "size": 0, "sha256": hashlib.sha256(b"").hexdigest()})
    sign_this(pack, manifest)

    assert verify_pack(str(pack)).all_problems == [f"missing file: {path}"]


def without(number: int) -> Callable[[Lines], Lines]:
    return lambda lines: lines[:number] + lines[number + 1 :]


def doubled(number: int) -> Callable[[Lines], Lines]:
    return lambda lines: [*lines, lines[number]]


def swapped(first: int, second: int) -> Callable[[Lines], Lines]:
    def swap(lines: Lines) -> Lines:
        lines[first], lines[second] = lines[second], lines[first]
        return lines

    return swap


def swapped_bodies(lines: Lines) -> Lines:
    first, second = json.loads(lines[4]), json.loads(lines[5])
    first["body"], second["body"] = second["body"], first["body"]
    first["salt"], second["salt"] = second["salt"], first["salt"]
    return [*lines[:4], json_line(first), json_line(second), *lines[6:]]


def changed(number: int, **facts: Any) -> Callable[[Lines], Lines]:
    return lambda lines: [
        *lines[:number],
        json_line({**json.loads(lines[number]), **facts}),
        *lines[number + 1 :],
    ]


def invented(lines: Lines) -> Lines:
    return [*lines, json_line(an_entry_line(13, {"change_id": "chg-13"}))]


@pytest.mark.parametrize(
    ("name", "tampering", "question", "sentence"),
    [
        (ENTRIES, without(5), COMPLETENESS, "entry 5 is missing"),
        (ENTRIES, without(0), COMPLETENESS, "entry 0 is missing"),
        (ENTRIES, lambda lines: lines[:-1], COMPLETENESS, "entry 12 is missing"),
        (ENTRIES, lambda lines: lines[:3], COMPLETENESS, "entries 3 to 12 are missing"),
        (ENTRIES, lambda _: [], COMPLETENESS, "entries 0 to 12 are missing"),
        (ENTRIES, invented, COMPLETENESS, "entry 13 was added"),
        (ENTRIES, doubled(5), COMPLETENESS, "entry 5 is there twice, again on line 14"),
        (ENTRIES, swapped(5, 9), INTEGRITY, "entry 5 is out of order"),
        (ENTRIES, swapped_bodies, INTEGRITY, "entry 4 was altered: its body is not the one"),
        (ENTRIES, changed(5, body="{}"), INTEGRITY, "entry 5 was altered: its body is not the one"),
        (ENTRIES, changed(5, body=None), INTEGRITY, "entry 5 was altered: its body is missing"),
        (ENTRIES, changed(5, salt="zz"), INTEGRITY, "entry 5 was altered: its body is not the one"),
        (ENTRIES, changed(5, leaf="{}"), INTEGRITY, "entry 5 was altered: its leaf does not have the hash"),
        (ENTRIES, changed(5, leaf="\ud800"), INTEGRITY, "entry 5 was altered: its leaf does not"),
        (ENTRIES, changed(5, leaf_hash="00"), INTEGRITY, "entry 5 was altered: its leaf does not"),
        (ENTRIES, changed(5, seq=6), COMPLETENESS, "entry 5 is missing"),
        (ENTRIES, changed(5, seq=10**30), INTEGRITY, "line 6 cannot be read"),
        (ENTRIES, changed(5, seq=True), INTEGRITY, "line 6 cannot be read"),
        (ENTRIES, changed(5, seq=2**62), COMPLETENESS, f"entry {2**62} was added"),
        (ENTRIES, lambda lines: [*lines[:-1], lines[-1][:-9]], COMPLETENESS, "line 13 is cut off"),
        (ENTRIES, lambda lines: [*lines[:5], b"\xff\n", *lines[6:]], INTEGRITY, "line 6 cannot be read"),
        (CHANGES, without(1), COMPLETENESS, "the row of entry 4 is missing"),
        (CHANGES, doubled(1), COMPLETENESS, "line 5 repeats entry 4"),
        (CHANGES, swapped(0, 1), INTEGRITY, "line 2, of entry 2, is out of order"),
        (CHANGES, changed(1, approver="bob"), INTEGRITY, "line 2 was altered: it differs from entry 4"),
        (CHANGES, changed(1, alert=1), INTEGRITY, "line 2 was altered: it differs from entry 4 in alert"),
        (CHANGES, changed(1, leaf_hash="00"), INTEGRITY, "differs from entry 4 in leaf_hash"),
        (CHANGES, changed(1, noted="so"), INTEGRITY, "differs from entry 4 in noted"),
        (CHANGES, changed(1, ledger_seq=1), COMPLETENESS, "line 2 was added: no entry of this population"),
        ("02_population/drift.jsonl", without(0), COMPLETENESS, "the row of entry 8 is missing"),
        ("02_population/changes.csv", without(2), COMPLETENESS, "the row of entry 4 is missing"),
        ("02_population/changes.csv", swapped(1, 2), INTEGRITY, "row 2, of entry 2, is out of order"),
        ("02_population/drift.csv", without(1), COMPLETENESS, "the row of entry 8 is missing"),
        ("01_ipe/coverage.csv", without(1), COMPLETENESS, "the row of entry 10 is missing"),
        ("01_ipe/gaps.csv", without(1), COMPLETENESS, "the row of entry 11 is missing"),
        ("01_ipe/gaps.csv", lambda _: [b'"a\n'], INTEGRITY, "is not a table"),
    ],
)
def test_a_line_that_was_touched_is_named_even_under_a_valid_signature(
    pack: Path, name: str, tampering: Callable[[Lines], Lines], question: str, sentence: str
) -> None:
    """
    Without the key the manifest already gives it away. With it, the ledger still does.
    """
    lines = (pack / name).read_bytes().splitlines(keepends=True)
    (pack / name).write_bytes(b"".join(tampering(lines)))

    outsider = verify_pack(str(pack))
    sign_again(pack)
    insider = verify_pack(str(pack))

    assert any(f"{name} was altered" in problem for problem in outsider.problems(INTEGRITY))
    assert any(
        problem.startswith(f"{name}: ") and sentence in problem for problem in insider.problems(question)
    )


def test_a_cell_that_was_changed_is_named(pack: Path) -> None:
    path = pack / "02_population/changes.csv"
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    rows[2][rows[0].index("disposition")] = "waived"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    sign_again(pack)

    assert verify_pack(str(pack)).all_problems == [
        "02_population/changes.csv: row 2 was altered: it differs from entry 4 in disposition"
    ]


def test_a_second_column_of_one_name_is_found(pack: Path) -> None:
    """
    A reader looks at the first, a program at the last.
    """
    path = pack / "01_ipe/gaps.csv"
    header, row = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"error," + header + b"nothing at all," + row)
    sign_again(pack)

    assert "01_ipe/gaps.csv: has two columns of one name" in verify_pack(str(pack)).all_problems


@pytest.mark.parametrize(
    ("total", "value"),
    [("changes", 3), ("gaps", 0), ("changes_by_disposition", {"authorised": 4}), ("extra", 1)],
)
def test_a_total_that_was_changed_is_counted_again(pack: Path, total: str, value: object) -> None:
    summary = json.loads((pack / SUMMARY).read_text())
    summary["counts"][total] = value
    (pack / SUMMARY).write_text(json.dumps(summary))
    sign_again(pack)

    (problem,) = verify_pack(str(pack)).all_problems

    assert problem.startswith(f"{SUMMARY}: {total} is {json.dumps(value, separators=(',', ':'))}, counted ")


def test_a_narrower_period_does_not_hide_a_change(pack: Path) -> None:
    summary = json.loads((pack / SUMMARY).read_text())
    summary["parameters"]["until"] = "2026-11-21T12:00:00Z"
    (pack / SUMMARY).write_text(json.dumps(summary))
    sign_again(pack)

    report = verify_pack(str(pack))

    assert f"{CHANGES}: line 3 was added: no entry of this population calls for it" in report.all_problems


def test_everything_hashed_again_without_the_key_is_found(pack: Path) -> None:
    """
    The most that somebody without the key can do: every hash fits, only the signatures cannot.
    """
    forge(pack, key=None)

    report = verify_pack(str(pack))

    assert report.verdict(INTEGRITY) == verify.FAILED
    assert f"{NAME} was altered: it is not the one that was signed" in report.problems(INTEGRITY)
    assert any(problem.startswith(NEWEST) for problem in report.problems(INTEGRITY))


def test_an_entry_that_was_altered_with_all_hashes_is_still_not_under_the_checkpoint(pack: Path) -> None:
    """
    Somebody with the key signed a new manifest, but an old checkpoint is kept, in a mail for example.
    """
    notes = {path.name: path.read_bytes() for path in (pack / "ledger/checkpoints").iterdir()}
    forge(pack, key=KEY)
    for name, note in notes.items():
        (pack / "ledger/checkpoints" / name).write_bytes(note)
    sign_again(pack)

    problems = verify_pack(str(pack)).problems(INTEGRITY)

    assert f"{NEWEST}: its root is not that of the first 13 entries: one was altered" in problems


def test_a_pack_that_was_made_anew_with_another_key_is_only_told_by_its_origin(
    sqlite_database: Database, tmp_path: Path
) -> None:
    a_ledger(sqlite_database, OTHER_KEY)
    a_pack(sqlite_database, tmp_path / "pack", key=OTHER_KEY)

    unknown = verify_pack(str(tmp_path / "pack"))
    known = verify_pack(str(tmp_path / "pack"), KEY.verifier_key)

    assert unknown.all_problems == []
    assert verdicts(unknown) == ["ok", "ok", "unknown"]
    assert verdicts(known) == ["ok", "ok", "failed"]
    name, key_id, _ = KEY.verifier_key.split("+", 2)
    assert f"{NOTE_NAME}: is not signed by {name}+{key_id}" in known.problems(ORIGIN)


def test_one_genuine_note_does_not_vouch_for_the_others(pack: Path) -> None:
    """
    The manifest is signed by another key, which the pack brings along beside the genuine one.
    """
    keys = {"v": 1, "keys": [{"verifier_key": KEY.verifier_key}, {"verifier_key": OTHER_KEY.verifier_key}]}
    (pack / "ledger/keys.json").write_text(json.dumps(keys))
    sign_again(pack, OTHER_KEY)

    report = verify_pack(str(pack), KEY.verifier_key)

    assert verdicts(report) == ["ok", "ok", "failed"]
    assert [problem.partition(":")[0] for problem in report.problems(ORIGIN)] == [NOTE_NAME]


def test_the_checkpoint_of_another_ledger_is_found(pack: Path) -> None:
    stranger = SigningKey(name="driftledger/elsewhere", signer=KEY.signer)
    text = (pack / NEWEST).read_text().rpartition("\n\n")[0] + "\n"
    (pack / NEWEST).write_text(stranger.sign(text))
    keys = {"v": 1, "keys": [{"verifier_key": KEY.verifier_key}, {"verifier_key": stranger.verifier_key}]}
    (pack / "ledger/keys.json").write_text(json.dumps(keys))
    sign_again(pack)

    assert f"{NEWEST}: is no checkpoint of this ledger" in verify_pack(str(pack)).problems(INTEGRITY)


def test_a_manifest_is_not_passed_off_as_a_checkpoint(pack: Path) -> None:
    shutil.copy(pack / NOTE_NAME, pack / NEWEST)
    sign_again(pack)

    assert f"{NEWEST}: is no checkpoint of this ledger" in verify_pack(str(pack)).problems(INTEGRITY)


@pytest.mark.parametrize("name", DERIVED)
@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"v": 1, "files": {}, "keys": 5, "counts": [], "parameters": [], "checkpoint": 0}\n',
        b'{"v": 1, "files": [0, {"path": 1}], "keys": [0, {}], "parameters": {"since": {}}}\n',
        b"[" * 100_000,
        b'{"v": ' + b"9" * 10_000 + b"}",
        b'"\\ud800"',
        b"\x00\xff\xfe",
        b"a\n\n\xe2\x80\x94 b c\n",
    ],
    ids=range(11),
)
def test_rubbish_is_a_finding_and_never_a_traceback(
    pack: Path, name: str, rubbish: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (pack / name).write_bytes(rubbish)
    if name not in (NAME, NOTE_NAME):
        sign_again(pack)

    status = verify.main([str(pack)])

    printed = capsys.readouterr()
    assert printed.err == ""
    assert "Traceback" not in printed.out
    assert status == 1


def test_a_file_that_cannot_be_read_is_named(pack: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the administrator reads every file")
    (pack / ENTRIES).chmod(0)

    assert any(ENTRIES in problem for problem in verify_pack(str(pack)).problems(INTEGRITY))


def test_thousands_of_problems_are_counted_and_not_printed(pack: Path) -> None:
    for number in range(500):
        (pack / f"{number}.txt").write_text("")

    problems = verify_pack(str(pack)).problems(COMPLETENESS)

    assert len(problems) == verify.MAX_PROBLEMS + 1
    assert problems[-1] == "... and 400 more about completeness"


def forge(pack: Path, key: SigningKey | None) -> None:
    """Call every change authorised, and make everything fit that `key`, or nobody, can make fit."""
    frontier = Frontier()
    lines, leaf_hashes = [], {}
    for line in (pack / ENTRIES).read_text().splitlines():
        row = json.loads(line)
        body = row["body"].replace("unticketed", "authorised")
        forged = an_entry_line(row["seq"], json.loads(body), kind=json.loads(row["leaf"])["kind"], ref=row)
        frontier.add(bytes.fromhex(forged["leaf_hash"]))
        leaf_hashes[row["leaf_hash"]] = forged["leaf_hash"]
        lines.append(json_line(forged))
        if frontier.size in (4, 13) and key is not None:
            root = base64.b64encode(frontier.root()).decode()
            note = key.sign(f"{key.name}\n{frontier.size}\n{root}\n")
            (pack / f"ledger/checkpoints/{frontier.size:012d}.note").write_text(note)
    (pack / ENTRIES).write_bytes(b"".join(lines))
    listed = ("02_population/*.csv", "02_population/*.jsonl", "01_ipe/*.csv")  # workbooks are views
    for path in (path for pattern in listed for path in pack.glob(pattern)):
        text = path.read_text().replace("unticketed", "authorised")
        for old, new in leaf_hashes.items():
            text = text.replace(old, new)
        path.write_bytes(text.encode())
    summary = json.loads((pack / SUMMARY).read_text())
    summary["counts"]["changes_by_disposition"] = {"authorised": 4}
    summary["checkpoint"]["root"] = base64.b64encode(frontier.root()).decode()
    (pack / SUMMARY).write_text(json.dumps(summary))
    if key is None:
        note = (pack / NOTE_NAME).read_bytes()
        sign_again(pack, OTHER_KEY)
        (pack / NOTE_NAME).write_bytes(note)
    else:
        keys = {"v": 1, "keys": [{"verifier_key": key.verifier_key}]}
        (pack / "ledger/keys.json").write_text(json.dumps(keys))
        sign_again(pack, key)


def an_entry_line(seq: int, body: object, *, kind: str = "disposition", ref: Any = None) -> dict[str, Any]:
    """An entry as a forger who knows the format makes it."""
    text = json.dumps(body, sort_keys=True)
    leaf = encode_leaf(
        Leaf(
            body_commit=commit(bytes(32), text.encode()),
            kind=kind,
            links=(),
            ref=json.loads(ref["leaf"])["ref"] if ref else "forged",
            seq=seq,
            ts=json.loads(ref["leaf"])["ts"] if ref else "2026-11-20T12:00:00.000000Z",
        )
    )
    return {
        "seq": seq,
        "leaf": leaf.decode(),
        "leaf_hash": hash_leaf(leaf).hex(),
        "salt": bytes(32).hex(),
        "body": text,
    }


def sign_this(pack: Path, manifest: dict[str, Any]) -> None:
    """Sign a manifest as it is given."""
    write_manifest(pack, KEY)
    (pack / NAME).write_text(json.dumps(manifest))
    digest = hashlib.sha256((pack / NAME).read_bytes()).hexdigest()
    title = (pack / NOTE_NAME).read_text().partition("\n")[0]
    (pack / NOTE_NAME).write_text(KEY.sign(f"{title}\n{KEY.name}\n{digest}\n"))


def json_line(row: object) -> bytes:
    return json.dumps(row).encode() + b"\n"


def flipped(content: bytes, position: int, bit: int = 0) -> bytes:
    return content[:position] + bytes([content[position] ^ 1 << bit]) + content[position + 1 :]


def verdicts(report: Report) -> list[str]:
    return [report.verdict(question) for question in verify.QUESTIONS]
