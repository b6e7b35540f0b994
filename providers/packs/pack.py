"""Packs: the files of a vault, each with the records of one batch.

    magic and version (8 bytes), id of the key (8), number of records (4, big-endian)
    SHA-256 of each record (32 each)
    nonce (12), ciphertext and tag of AES-256-GCM

What is encrypted is the zlib stream of the records in the order of their hashes, each behind its
length (4, big-endian). Everything before the nonce is authenticated with it, so that neither a hash
nor its place can be exchanged. One pack for many records, because a file each costs milliseconds, and
because records are alike: together they take a quarter of the room that each takes alone.
"""

import base64
import os
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.model.secret import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"DRFTVLT\x01"
HEAD = struct.Struct(">8s8sI")
LENGTH = struct.Struct(">I")
HASH_BYTES = 32
NONCE_BYTES = 12
COMPRESSION = 1
"""Twice as fast as 6, for a fifth more of room."""

MOST_RECORDS = 10_000
"""A longer index is damage."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """The beginning of a pack: which records are in it."""

    key_id: bytes
    hashes: bytes
    """The SHA-256 of each, one behind the other."""

    @property
    def count(self) -> int:
        """How many records there are."""
        return len(self.hashes) // HASH_BYTES

    def position_of(self, digest: bytes) -> int | None:
        """Return which of the records has this SHA-256, if one has."""
        if digest not in self.hashes:
            return None
        each = range(0, len(self.hashes), HASH_BYTES)
        return next((at // HASH_BYTES for at in each if self.hashes.startswith(digest, at)), None)

    def encode(self) -> bytes:
        """Return it as it stands in the file."""
        return HEAD.pack(MAGIC, self.key_id, self.count) + self.hashes


def seal(bodies: Sequence[bytes], key_id: bytes, key: Secret) -> bytes:
    """Return a pack of these records, encrypted with the key of this id."""
    index = Index(key_id=key_id, hashes=b"".join(sha256(body).digest() for body in bodies))
    compressor = zlib.compressobj(COMPRESSION)
    plain = [compressor.compress(part) for body in bodies for part in (LENGTH.pack(len(body)), body)]
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(key).encrypt(nonce, b"".join([*plain, compressor.flush()]), index.encode())
    return index.encode() + nonce + sealed


def index_size(head: bytes) -> int:
    """Return how many bytes the index takes of a pack that begins like this; of what is no pack, none."""
    if len(head) < HEAD.size:
        return 0
    magic, _, count = HEAD.unpack_from(head)
    return HEAD.size + count * HASH_BYTES if magic == MAGIC and 0 < count <= MOST_RECORDS else 0


def read_index(pack: str, content: bytes) -> Index:
    """Read the index of the pack that is called `pack`; what comes behind it does not matter.

    Raises:
        ProviderResponseError: It is no pack, or it ends too soon.
    """
    size = index_size(content)
    if not size or len(content) < size:
        raise _damaged(pack, "it does not begin like a pack")
    return Index(key_id=HEAD.unpack_from(content)[1], hashes=content[HEAD.size : size])


def open_pack(pack: str, content: bytes, keys: Mapping[bytes, Secret]) -> tuple[bytes, ...]:
    """Return the records of a pack in the order of its index.

    Raises:
        ProviderAccessError: None of `keys` is the one that it was encrypted with.
        ProviderResponseError: It was altered.
    """
    from cryptography.exceptions import InvalidTag

    index = read_index(pack, content)
    if (key := keys.get(index.key_id)) is None:
        raise ProviderAccessError(
            f"none of the vault's keys is the one that {pack} was encrypted with",
            hint="add the old key behind the new one, where the vault's key comes from",
        )
    head = index.encode()
    nonce, sealed = content[len(head) :][:NONCE_BYTES], content[len(head) + NONCE_BYTES :]
    try:
        bodies = tuple(_bodies(zlib.decompress(_cipher(key).decrypt(nonce, sealed, head))))
    except (InvalidTag, ValueError, zlib.error, struct.error) as problem:
        raise _damaged(pack, "it does not decrypt") from problem
    if b"".join(sha256(body).digest() for body in bodies) != index.hashes:
        raise _damaged(pack, "a record is not what its hash says")
    return bodies


def _bodies(plain: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(plain):
        (length,) = LENGTH.unpack_from(plain, at)
        at += LENGTH.size
        yield plain[at : at + length]
        at += length


def _cipher(key: Secret) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(base64.b64decode(key.reveal()))


def _damaged(pack: str, how: str) -> ProviderResponseError:
    return ProviderResponseError(
        f"{pack} was altered or damaged: {how}", hint="bring it back from your backup of the vault"
    )
