"""AWS KMS as a `Signer`: the key of the ledger never leaves it.

The key must be of the spec ECC_NIST_EDWARDS25519, which signs by ED25519_SHA_512 with messages as they are
(`RAW`): the pure Ed25519 of RFC 8032, as signed notes want it. ED25519_PH_SHA_512 is another algorithm.
https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from providers.aws.refusals import Asker, refusals
from providers.aws.session import open_client
from providers.aws.settings import AwsSettings
from providers.signatures import SECRET_TEXT, checked_signature, ed25519_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEYS: Final = Asker("[[signing_key]]", "docs/keys.md")

ALGORITHM: Final = "ED25519_SHA_512"


class AwsKmsKeySettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which key, and as whom it is used."""

    key: str
    """Its id or ARN. An alias may lead to another key one day, which could not go on."""


class AwsKmsKey:
    """A `Signer` that takes the permissions `kms:GetPublicKey` and `kms:Sign` on the key, and no other."""

    def __init__(self, settings: AwsKmsKeySettings) -> None:
        self._key = settings.key
        self._access = settings.access()

    @cached_property
    def _client(self) -> Any:
        return open_client("kms", self._access)

    @cached_property
    def _public(self) -> "Ed25519PublicKey":
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        with self._refusals("reading the public half of the ledger's key", "kms:GetPublicKey"):
            answer = self._client.get_public_key(KeyId=self._key)
        key = load_der_public_key(answer["PublicKey"])
        return ed25519_key(key, "AWS KMS", hint="create one of the spec ECC_NIST_EDWARDS25519 to sign with")

    @property
    def public_bytes(self) -> bytes:
        """The public key, asked for once; see `Signer`."""
        return self._public.public_bytes_raw()

    @cached_property
    def secret(self) -> bytes:
        """A signature over a text of its own: Ed25519 always gives the same; see `Signer`."""
        return self.sign(SECRET_TEXT)

    def sign(self, message: bytes) -> bytes:
        """Have the key sign; see `Signer`."""
        with self._refusals("signing the ledger", "kms:Sign"):
            answer = self._client.sign(
                KeyId=self._key, Message=message, MessageType="RAW", SigningAlgorithm=ALGORITHM
            )
        return checked_signature(self._public, message, answer["Signature"], "AWS KMS")

    def check(self) -> str:
        """Have it sign something that means nothing; see `Signer`."""
        self.sign(b"driftledger: a trial\n")
        return f"AWS KMS, {self._key}, signs"

    def _refusals(self, what: str, action: str) -> Any:
        return refusals(what, action=action, on=self._key, asker=KEYS)
