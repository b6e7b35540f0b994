"""The bytes of an entry: the public leaf that is hashed, and the body that stands behind its commitment.

Both are encoded once, when the entry is made. Whoever checks an entry later hashes the
stored bytes: encoding again could give other bytes, and so a false alarm.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from drift.model.evidence import EntryKind

FORMAT_VERSION = 1

SALT_SIZE = 32
"""Bytes. Long enough that a commitment to a short body cannot be guessed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEntry:
    """A fact that is about to be recorded."""

    kind: EntryKind
    ref: str
    body: object
    """A dataclass or a dict: anything that can be written as JSON."""
    recorded_at: datetime
    links: tuple[int, ...] = ()
    """Sequence numbers of the earlier entries that this one rests on."""


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """The public part of an entry."""

    # In the order that canonical JSON (RFC 8785) gives the names.
    body_commit: str
    kind: str
    links: tuple[int, ...]
    ref: str
    seq: int
    ts: str
    v: int = FORMAT_VERSION


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredEntry:
    """An entry as it stands in the ledger, its facts as its leaf has them."""

    seq: int
    kind: EntryKind
    ref: str
    recorded_at: datetime
    commitment: str
    leaf: bytes
    leaf_hash: bytes
    """As stored beside the leaf; equal to the leaf's hash unless somebody altered one of them."""
    salt: bytes | None
    """`None` when the body was erased."""
    body: bytes | None
    """What is said again in the place of one that was erased; `None` where nothing is."""

    @property
    def is_erased(self) -> bool:
        """The body that the leaf commits to is gone."""
        return self.salt is None


def encode_leaf(leaf: Leaf) -> bytes:
    """Return a leaf as canonical JSON."""
    return _leaf_encoder.encode(leaf)


def decode_leaf(leaf: bytes) -> Leaf:
    """Read a leaf.

    Raises:
        msgspec.MsgspecError: It is none.
    """
    return _leaf_decoder.decode(leaf)


def encode_body(body: object) -> bytes:
    """Return a body as JSON with sorted keys.

    Text from outside may hold halves of characters, which no UTF-8 can: each becomes
    U+FFFD, because a hostile value must not keep its record out of the ledger.
    """
    try:
        return msgspec.json.encode(body, order="sorted")
    except UnicodeEncodeError:
        return msgspec.json.encode(_without_surrogates(msgspec.to_builtins(body)), order="sorted")


def commit(salt: bytes, body: bytes) -> str:
    """Return the commitment to a body: hex SHA-256 over the salt and the body."""
    return hashlib.sha256(salt + body).hexdigest()


def format_time(time: datetime) -> str:
    """Return a time in UTC with six decimals and `Z`, so that text sorts as time does.

    Raises:
        ValueError: The time does not say its zone.
    """
    if time.tzinfo is None:
        raise ValueError("a time without a zone cannot be recorded")
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def clean_text(text: str) -> str:
    """Replace what no column of text takes: halves of characters, and NUL, which PostgreSQL refuses."""
    return text if text.isascii() and "\0" not in text else _whole_characters(text).replace("\0", "\ufffd")


_leaf_encoder = msgspec.json.Encoder()
_leaf_decoder = msgspec.json.Decoder(Leaf)


def _without_surrogates(value: Any) -> Any:
    match value:
        case str():
            return _whole_characters(value)
        case dict():
            return {_without_surrogates(name): _without_surrogates(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_without_surrogates(inner) for inner in value]
        case _:
            return value


def _whole_characters(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
