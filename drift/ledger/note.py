"""Signed notes: text that carries its signatures, readable in an e-mail.

The format is C2SP's signed-note with Ed25519: the text, an empty line, then a line
`— name base64(key id, signature)` for each signature. https://c2sp.org/signed-note
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from drift.ports import Signer

ED25519 = b"\x01"
"""The signature type, as signed-note numbers them."""

_KEY_ID_SIZE = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifierKey:
    """The public half of a key that signs in the name of one ledger. As text it is what verifiers take."""

    name: str
    public: bytes
    """32 bytes."""

    @property
    def key_id(self) -> bytes:
        """The four bytes that name the key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:_KEY_ID_SIZE]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{in_base64(ED25519 + self.public)}"

    def has_signed(self, note: str) -> bool:
        """Tell whether the last signature of `note` is a valid one of this key.

        The last, because where a key hands over to another, both sign, and the new one after the old.
        """
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        text, _, signatures = note.rpartition("\n\n")
        beginning, _, encoded = signatures.removesuffix("\n").split("\n")[-1].rpartition(" ")
        try:
            signature = base64.b64decode(encoded, validate=True)
            if beginning != f"— {self.name}" or signature[:_KEY_ID_SIZE] != self.key_id:
                return False
            Ed25519PublicKey.from_public_bytes(self.public).verify(
                signature[_KEY_ID_SIZE:], f"{text}\n".encode()
            )
        except (ValueError, InvalidSignature):
            return False
        return True


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKey:
    """An Ed25519 key that signs in the name of one ledger."""

    name: str
    """The origin of the ledger: `driftledger/acme`."""
    signer: Signer
    """Where its private half is kept."""

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(name=self.name, public=self.signer.public_bytes)

    @property
    def verifier_key(self) -> str:
        """The public key as text, to be handed to whoever verifies."""
        return str(self.verifier)

    def derived(self, purpose: bytes) -> bytes:
        """Return 32 bytes that only who has this key can make, and that tell nothing of it."""
        return hmac.digest(self.signer.secret, purpose, "sha256")

    def sign(self, text: str) -> str:
        """Return `text`, which ends in a newline, as a note signed by this key."""
        return signed(text, [self])

    def has_signed(self, note: str) -> bool:
        """Tell whether the last signature of `note` is a valid one of this key."""
        return self.verifier.has_signed(note)


def signed(text: str, keys: "list[SigningKey]") -> str:
    """Return `text`, which ends in a newline, as a note signed by these keys, in this order."""
    lines = (
        f"— {key.name} {in_base64(key.verifier.key_id + key.signer.sign(text.encode()))}\n" for key in keys
    )
    return f"{text}\n{''.join(lines)}"


def signers_of(note: str) -> list[tuple[str, str]]:
    """Return who signed a note, by its own word: the name of each key, and its id in hex."""
    _, _, signatures = note.rpartition("\n\n")
    found = list[tuple[str, str]]()
    for line in signatures.splitlines():
        name, _, encoded = line.removeprefix("— ").rpartition(" ")
        try:
            found.append((name, base64.b64decode(encoded)[:_KEY_ID_SIZE].hex()))
        except ValueError:
            continue
    return found


def verifier_key_of(text: str) -> VerifierKey:
    """Read a public key as `VerifierKey` writes it.

    Raises:
        ValueError: It is none.
    """
    name, _, rest = text.partition("+")
    decoded = base64.b64decode(rest.partition("+")[2], validate=True)
    key = VerifierKey(name=name, public=decoded[1:])
    if str(key) != text or len(decoded) != 33:
        raise ValueError("it is no verifier key")
    return key


def in_base64(data: bytes) -> str:
    """Return bytes in the standard alphabet, with padding."""
    return base64.b64encode(data).decode()
