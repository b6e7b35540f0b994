"""Signed notes: text that carries its signatures, readable in an e-mail.

The format is C2SP's signed-note with Ed25519: the text, an empty line, then a line
`— name base64(key id, signature)` for each signature. https://c2sp.org/signed-note
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from drift.errors import ConfigError

_ED25519 = b"\x01"
"""The signature type, as signed-note numbers them."""

_PRIVATE_PREFIX = "PRIVATE+KEY"
_KEY_ID_SIZE = 4
_NAME = re.compile(r"[A-Za-z0-9._:/-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKey:
    """An Ed25519 key that signs in the name of one ledger."""

    name: str
    """The origin of the ledger: `driftledger/acme`."""
    seed: bytes = field(repr=False)

    @property
    def public_bytes(self) -> bytes:
        """The public key, 32 bytes."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        """The four bytes that name the key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public_bytes).digest()[
            :_KEY_ID_SIZE
        ]

    @property
    def verifier_key(self) -> str:
        """The public key as text, to be handed to whoever verifies."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.public_bytes)}"

    def derived(self, purpose: bytes) -> bytes:
        """Return 32 bytes that only who has this key can make, and that tell nothing of it."""
        return hmac.digest(self.seed, purpose, "sha256")

    def sign(self, text: str) -> str:
        """Return `text`, which ends in a newline, as a note signed by this key."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{text}\n— {self.name} {_base64(self.key_id + signature)}\n"

    def has_signed(self, note: str) -> bool:
        """Tell whether `note` is exactly what this key makes of its text: Ed25519 is deterministic."""
        return self.sign(note.rpartition("\n\n")[0] + "\n") == note


def create_key_file(path: Path, name: str) -> SigningKey:
    """Make a new key and write it to `path`, readable by its owner alone.

    Raises:
        ConfigError: The name cannot name a key, the file exists already, or cannot be written.
    """
    key = SigningKey(name=_checked_name(name), seed=os.urandom(32))
    text = f"{_PRIVATE_PREFIX}+{name}+{key.key_id.hex()}+{_base64(_ED25519 + key.seed)}\n"
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write_private(partial, text)
        # Linked, not renamed: a key that is there already is never replaced, nor half of one left behind.
        os.link(partial, path)
    except FileExistsError as error:
        raise ConfigError(
            f"the key file {path} exists already",
            hint="use it, or name another: a lost key cannot be made again",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"the key file {path} cannot be written: {error.strerror}",
            hint="create its folder, or name another",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return key


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def load_key_file(path: Path, name: str) -> SigningKey:
    """Read a key: a PEM file with an Ed25519 private key, or the line that `create_key_file` writes.

    Raises:
        ConfigError: The file is missing, others may read it, or it holds no key of that name.
    """
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise ConfigError(f"the key file {path} can be read by others", hint=f"run: chmod 600 {path}")
        text = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigError(
            f"the key file {path} cannot be read: {error.strerror}", hint="check [ledger] key_file"
        ) from error
    except UnicodeDecodeError as error:
        raise _no_key(path) from error
    if text.startswith("-----BEGIN"):
        return SigningKey(name=_checked_name(name), seed=_pem_seed(path, text))
    return _parse_line(path, text, _checked_name(name))


def _parse_line(path: Path, line: str, name: str) -> SigningKey:
    prefix, _, rest = line.partition(_PRIVATE_PREFIX + "+")
    owner, _, rest = rest.partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise _no_key(path) from error
    if prefix or len(decoded) != 33 or decoded[:1] != _ED25519:
        raise _no_key(path)
    key = SigningKey(name=owner, seed=decoded[1:])
    if key.key_id.hex() != key_id:
        raise _no_key(path)
    if owner != name:
        raise ConfigError(
            f"the key in {path} signs for {owner}, the ledger is {name}",
            hint="name the key file of this ledger, or its old origin",
        )
    return key


def _pem_seed(path: Path, text: str) -> bytes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:  # TypeError: it asks for a password
        raise _no_key(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    return key.private_bytes_raw()


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"the ledger cannot be called {name!r}",
            hint="write letters, digits and ._:/- only, like driftledger/acme",
        )
    return name


def _no_key(path: Path) -> ConfigError:
    return ConfigError(
        f"{path} holds no Ed25519 private key", hint="name a PEM file without a password, or have one made"
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
