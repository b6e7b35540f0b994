"""Notes, keys and trees: signatures by another library, roots by the recursive definition of RFC 6962."""

import base64
from functools import cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def halves_of(note: bytes) -> tuple[str, str]:
    try:
        text, _, tail = note.decode().rpartition("\n\n")
    except ValueError:
        return "", ""
    return text + "\n", tail


def signature_in(line: str) -> tuple[str, bytes] | None:
    parts = line.split(" ")
    signature = bytes_of(parts[2]) if len(parts) == 3 and parts[0] == "\u2014" else None
    return (parts[1], signature) if signature and len(signature) > 4 else None


def name_of(key: str) -> str:
    return key.split("+", 1)[0]


def public_half(key: str) -> bytes | None:
    """Return the public half of a verifier key, or `None` where it is none."""
    name, *rest = key.split("+", 2)
    decoded = bytes_of(rest[1]) if len(rest) == 2 else None
    if not name or decoded is None or len(decoded) != 33 or decoded[0] != 1:
        return None
    key_id = sha256(name.encode("utf-8", "replace") + b"\n" + decoded).hexdigest()[:8]
    return decoded[1:] if key_id == rest[0] else None


def bytes_of(text: str) -> bytes | None:
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


@cache
def is_signed_by(key: str, text: str, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_half(key) or b"").verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def checkpoint_in(text: str) -> tuple[str, int, str] | None:
    parts = text.split("\n")
    if (
        len(parts) != 4
        or not parts[1].isascii()
        or not parts[1].isdigit()
        or len(bytes_of(parts[2]) or b"") != 32
    ):
        return None
    is_plain = str(int(parts[1])) == parts[1]
    return (parts[0], int(parts[1]), parts[2]) if is_plain else None


@cache
def tree(leaves: bytes) -> bytes:
    """RFC 6962, section 2.1: MTH of the leaf hashes, 32 bytes each."""
    n = len(leaves) // 32
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return leaves
    k = 1
    while k * 2 < n:
        k *= 2
    return sha256(b"\x01" + tree(leaves[: 32 * k]) + tree(leaves[32 * k :])).digest()
