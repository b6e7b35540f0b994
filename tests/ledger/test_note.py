"""Signed notes and key files, against the vectors that Go publishes for its own implementation."""

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from drift.errors import ConfigError
from drift.ledger.keys import create_key_file, load_key_file, local_key
from drift.ledger.verify import parse_key

# The example of golang.org/x/mod/sumdb/note.
GO_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
GO_NOTE = (
    f"{GO_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfq"
    "dngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_is_signed_as_go_signs_it(tmp_path: Path) -> None:
    key = load_key_file(a_key_file(tmp_path, GO_PRIVATE), "PeterNeumann")

    assert key.verifier_key == GO_PUBLIC
    assert key.sign(GO_TEXT) == GO_NOTE
    assert key.has_signed(GO_NOTE)


def test_another_text_was_not_signed(tmp_path: Path) -> None:
    key = load_key_file(a_key_file(tmp_path, GO_PRIVATE), "PeterNeumann")

    assert not key.has_signed(GO_NOTE.replace("cryptography", "astrology"))
    assert not key.has_signed("no note at all")


def test_a_new_key_is_read_back_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.key"

    made = create_key_file(path, "driftledger/example")

    assert load_key_file(path, "driftledger/example") == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert parse_key(made.verifier_key) is not None
    assert "seed" not in repr(made)


def test_a_key_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    path = a_key_file(tmp_path, GO_PRIVATE)

    with pytest.raises(ConfigError, match="exists already"):
        create_key_file(path, "PeterNeumann")

    assert path.read_text() == GO_PRIVATE


def test_a_key_can_come_as_pem(tmp_path: Path) -> None:
    private = Ed25519PrivateKey.generate()
    path = a_key_file(tmp_path, pem_of(private))

    key = load_key_file(path, "driftledger/example")

    assert key.verifier.public == private.public_key().public_bytes_raw()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = a_key_file(tmp_path, GO_PRIVATE)
    path.chmod(0o644)

    with pytest.raises(ConfigError, match=r"can be read by others .*chmod 600"):
        load_key_file(path, "PeterNeumann")


def test_the_key_of_another_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="signs for PeterNeumann, the ledger is driftledger/example"):
        load_key_file(a_key_file(tmp_path, GO_PRIVATE), "driftledger/example")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "rubbish",
        GO_PUBLIC,
        GO_PRIVATE[:-4],
        GO_PRIVATE.replace("c74f20a3", "00000000"),
        f"x{GO_PRIVATE}",
        "PRIVATE+KEY+PeterNeumann+c74f20a3+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "schlüssel",
    ],
)
def test_a_file_without_a_key_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(ConfigError, match="holds no Ed25519 private key"):
        load_key_file(a_key_file(tmp_path, content), "PeterNeumann")


@pytest.mark.parametrize("kind", ["another curve", "a password"])
def test_a_pem_file_that_cannot_be_used_is_refused(tmp_path: Path, kind: str) -> None:
    pem = (
        pem_of(generate_private_key(SECP256R1()))
        if kind == "another curve"
        else pem_of(Ed25519PrivateKey.generate(), BestAvailableEncryption(b"secret"))
    )

    with pytest.raises(ConfigError, match="holds no Ed25519 private key"):
        load_key_file(a_key_file(tmp_path, pem), "driftledger/example")


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none.key cannot be read"):
        load_key_file(tmp_path / "none.key", "driftledger/example")


def test_a_key_cannot_be_made_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        create_key_file(tmp_path / "none" / "ledger.key", "driftledger/example")


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\nbreak", "it's", "a\u202eb"])
def test_a_name_that_would_break_a_note_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be called"):
        create_key_file(tmp_path / "ledger.key", name)

    assert list(tmp_path.iterdir()) == []


def a_key_file(folder: Path, content: str) -> Path:
    path = folder / "ledger.key"
    path.touch(0o600)
    path.write_text(content, encoding="utf-8")
    return path


def pem_of(key: object, encryption: KeySerializationEncryption | None = None) -> str:
    assert hasattr(key, "private_bytes")
    data: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    return data.decode()


def test_the_secret_of_a_key_is_not_shown() -> None:
    assert "seed" not in repr(local_key("driftledger/example", bytes(32)))


def test_what_is_derived_from_a_key_is_its_own_for_each_key_and_purpose() -> None:
    one, other = (local_key("x", bytes([byte]) * 32) for byte in (1, 2))

    derived = {one.derived(b"a"), one.derived(b"b"), other.derived(b"a"), one.signer.secret}

    assert len(derived) == 4
    assert one.derived(b"a") == local_key("another name", one.signer.secret).derived(b"a")
