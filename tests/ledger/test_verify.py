"""The verifier by itself: what it is made of, its arithmetic, and its manners towards hostile folders."""

import ast
import json
import os
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drift.ledger import verify
from drift.ledger.verify import CannotVerify, main, parse_key, verify_ed25519, verify_pack
from tests.ledger.building import KEY
from tests.ledger.test_note import GO_NOTE, GO_PUBLIC, GO_TEXT

SOURCE = Path(verify.__file__).read_text(encoding="utf-8")


def test_it_imports_nothing_but_the_standard_library() -> None:
    imported = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(SOURCE))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }

    assert {str(name).partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert not imported & {"socket", "ssl", "urllib", "http", "subprocess", "pickle"}


def test_it_is_written_for_python_3_9() -> None:
    ast.parse(SOURCE, feature_version=(3, 9))


# The first two tests of RFC 8032, section 7.1: public key, message, signature.
RFC_8032 = """
d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a

e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe\
24655141438e7a100b

3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c
72
92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a\
eeb00d291612bb0c00
"""


def test_it_accepts_the_signatures_of_rfc_8032() -> None:
    lines = [bytes.fromhex(line) for line in RFC_8032.split("\n")]

    assert verify_ed25519(lines[1], lines[2], lines[3])
    assert verify_ed25519(lines[5], lines[6], lines[7])


def test_it_agrees_with_another_implementation() -> None:
    for length in (0, 1, 33, 500):
        private = Ed25519PrivateKey.generate()
        public, message = private.public_key().public_bytes_raw(), os.urandom(length)
        signature = private.sign(message)

        assert verify_ed25519(public, message, signature)
        assert not verify_ed25519(public, message + b"!", signature)
        for position in (0, 31, 32, 63):
            flipped = bytearray(signature)
            flipped[position] ^= 1
            assert not verify_ed25519(public, message, bytes(flipped))


def test_a_signature_that_was_moved_by_the_order_of_the_curve_is_refused() -> None:
    """
    Adding the order gives other bytes that fit the same equation: a second signature nobody made.
    """
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, signature = private.public_key().public_bytes_raw(), private.sign(b"text")
    moved = int.from_bytes(signature[32:], "little") + verify.ORDER

    assert not verify_ed25519(public, b"text", signature[:32] + moved.to_bytes(32, "little"))


@pytest.mark.parametrize("public", [b"", b"\xff" * 32, b"\x02" + bytes(31), bytes(31)])
def test_a_key_that_is_no_point_of_the_curve_verifies_nothing(public: bytes) -> None:
    assert not verify_ed25519(public, b"text", bytes(64))


def test_it_reads_the_keys_and_notes_of_go() -> None:
    key = parse_key(GO_PUBLIC)
    report = verify.Report()

    text, signers = verify.Notes([key] if key else [], report).open("note", GO_NOTE.encode())

    assert (text, signers) == (GO_TEXT, ["PeterNeumann"])
    assert report.all_problems == []


@pytest.mark.parametrize(
    "note",
    [
        GO_NOTE.replace("cryptography", "astrology"),
        GO_NOTE.replace("— Peter", "- Peter"),
        GO_NOTE.replace("— PeterNeumann", "— Peter"),
        GO_NOTE.replace("BwJnAM=\n", "BwJnAN=\n"),  # the same bytes, spelled otherwise
        GO_NOTE.removesuffix("\n"),
        GO_NOTE.replace("=\n", "=\r"),
        GO_NOTE + "\n",
        GO_TEXT,
        "",
        "\n\n— PeterNeumann",
    ],
)
def test_a_note_that_was_touched_is_not_signed(note: str) -> None:
    key = parse_key(GO_PUBLIC)
    report = verify.Report()

    verify.Notes([key] if key else [], report).open("note", note.encode())

    assert report.verdict(verify.INTEGRITY) == verify.FAILED


def test_a_signature_of_somebody_else_is_skipped() -> None:
    """
    Witnesses add their signatures to a checkpoint; whoever does not know them still reads it.
    """
    key = parse_key(GO_PUBLIC)
    report = verify.Report()
    witness = KEY.sign(GO_TEXT).rpartition("\n\n")[2]

    _, signers = verify.Notes([key] if key else [], report).open("note", (GO_NOTE + witness).encode())

    assert signers == ["PeterNeumann"]
    assert report.all_problems == []


def test_a_folder_that_is_not_there_cannot_be_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none")]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("Error: there is no folder")
    assert captured.err.count("\n") == 1


def test_without_a_pack_it_says_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([])

    said = capsys.readouterr().err
    assert left.value.code == 2
    assert "python3 -I verify/verify_pack.py ." in said
    assert said.count("\n") == 1


def test_a_zip_that_did_not_arrive_whole_is_to_be_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(b"PK\x03\x04 and no more")

    with pytest.raises(CannotVerify, match="get it again"):
        verify_pack(str(tmp_path / "pack.zip"))


@pytest.mark.parametrize("key", ["none.txt", "name+12345678+AAAA", GO_PUBLIC.replace("c74f", "0000"), ""])
def test_a_key_that_is_none_cannot_be_checked_with(tmp_path: Path, key: str) -> None:
    (tmp_path / "MANIFEST.json").touch()

    with pytest.raises(CannotVerify):
        verify_pack(str(tmp_path), key)


def test_a_file_without_a_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.json").touch()
    (tmp_path / "key.txt").write_text("no key here")

    with pytest.raises(CannotVerify, match="holds no verifier key"):
        verify_pack(str(tmp_path), str(tmp_path / "key.txt"))


def test_a_folder_with_nothing_of_a_pack_cannot_be_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").touch()

    assert main([str(tmp_path)]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "is no pack" in captured.err
    assert captured.err.count("\n") == 1


def test_a_pack_of_which_next_to_nothing_is_left_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "MANIFEST.json.note").touch()

    assert main([str(tmp_path), "--json"]) == 1

    report = json.loads(capsys.readouterr().out)
    assert report["integrity"]["verdict"] == "failed"
    assert report["completeness"]["verdict"] == "failed"
    assert report["origin"] == {"verdict": "unknown", "problems": []}
    assert "missing file: MANIFEST.json" in report["problems"]


def test_names_and_values_out_of_a_pack_cannot_write_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "MANIFEST.json").write_text('{"v": 1, "files": []}')
    (tmp_path / "\x1b[2Jgone\n\u202e").write_text("")

    main([str(tmp_path)])

    printed = capsys.readouterr().out
    assert "unlisted file: \\u001b[2Jgone\\u000a\\u202e" in printed
    assert printed.isascii()
    assert "\x1b" not in printed


def test_links_and_pipes_are_named_and_never_opened(tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.json").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "MANIFEST.json.note")

    problems = verify_pack(str(tmp_path)).problems(verify.COMPLETENESS)

    assert "unlisted symbolic link: MANIFEST.json" in problems
    assert "unlisted special file: MANIFEST.json.note" in problems
