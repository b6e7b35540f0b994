"""The key of a ledger where it is text: a file that is made on the first run, or an environment variable."""

import base64
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from drift.errors import ConfigError
from drift.ledger.note import ED25519, SigningKey, in_base64

_PRIVATE_PREFIX = "PRIVATE+KEY"
_NAME = re.compile(r"[A-Za-z0-9._:/-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalSigner:
    """A key in the memory of this process."""

    seed: bytes = field(repr=False)

    @property
    def public_bytes(self) -> bytes:
        """The public key, 32 bytes."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def secret(self) -> bytes:
        """The seed itself."""
        return self.seed

    def sign(self, message: bytes) -> bytes:
        """Return the signature over the message."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def check(self) -> str:
        """Say where it is: what was read can sign."""
        return "in this process"


def local_key(name: str, seed: bytes) -> SigningKey:
    """Return the key with this seed of 32 bytes."""
    return SigningKey(name=name, signer=LocalSigner(seed=seed))


def create_key_file(path: Path, name: str) -> SigningKey:
    """Make a new key and write it to `path`, readable by its owner alone.

    Raises:
        ConfigError: The name cannot name a key, the file exists already, or cannot be written.
    """
    seed = os.urandom(32)
    key = local_key(_checked_name(name), seed)
    text = f"{_PRIVATE_PREFIX}+{name}+{key.verifier.key_id.hex()}+{in_base64(ED25519 + seed)}\n"
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
        text = path.read_text(encoding="ascii")
    except OSError as error:
        raise ConfigError(
            f"the key file {path} cannot be read: {error.strerror}", hint="check [ledger] key_file"
        ) from error
    except UnicodeDecodeError as error:
        raise _no_key(str(path)) from error
    return key_in_text(text, name, place=str(path))


def key_in_text(text: str, name: str, *, place: str) -> SigningKey:
    """Read a key from what a file or an environment variable, the `place`, holds; see `load_key_file`.

    Raises:
        ConfigError: It is no key of that name.
    """
    text = text.strip()
    if text.startswith("-----BEGIN"):
        return local_key(_checked_name(name), _pem_seed(place, text))
    return _parse_line(place, text, _checked_name(name))


def _parse_line(place: str, line: str, name: str) -> SigningKey:
    prefix, _, rest = line.partition(_PRIVATE_PREFIX + "+")
    owner, _, rest = rest.partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise _no_key(place) from error
    if prefix or len(decoded) != 33 or decoded[:1] != ED25519:
        raise _no_key(place)
    key = local_key(owner, decoded[1:])
    if key.verifier.key_id.hex() != key_id:
        raise _no_key(place)
    if owner != name:
        raise ConfigError(
            f"the key in {place} signs for {owner}, the ledger is {name}",
            hint="name the key of this ledger, or its old origin",
        )
    return key


def _pem_seed(place: str, text: str) -> bytes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:  # TypeError: it asks for a password
        raise _no_key(place) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(place)
    return key.private_bytes_raw()


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"the ledger cannot be called {name!r}",
            hint="write letters, digits and ._:/- only, like driftledger/acme",
        )
    return name


def _no_key(place: str) -> ConfigError:
    return ConfigError(
        f"{place} holds no Ed25519 private key",
        hint="give a PEM key without a password, or let one be made as a file",
    )
