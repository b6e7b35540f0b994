"""Google Cloud KMS as a `Signer`: the key of the ledger never leaves it.

The version of the key must be of the algorithm EC_SIGN_ED25519, which signs data, not a digest: the pure
Ed25519 of RFC 8032. Both ways are guarded by CRC32C, as Google asks of its clients.
https://docs.cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys.cryptoKeyVersions/asymmetricSign
"""

import base64
import binascii
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from drift.errors import ProviderResponseError
from providers.gcp.signed_in import SignedIn
from providers.signatures import SECRET_TEXT, checked_signature, ed25519_key
from providers.ticket_api import TicketApi
from providers.ticket_values import Address

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SCOPE: Final = "https://www.googleapis.com/auth/cloudkms"
VIEW: Final = "cloudkms.cryptoKeyVersions.viewPublicKey"
SIGN: Final = "cloudkms.cryptoKeyVersions.useToSign"
DOCS: Final = "docs/keys.md"

_VERSION = r"^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+/cryptoKeyVersions/[0-9]+$"


class GcpKmsKeySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which version of which key, and as whom it is used."""

    key: Annotated[str, msgspec.Meta(pattern=_VERSION)]
    """`projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/1`."""
    credentials_file: str | None = None
    """A service account's key; without one, the credentials at hand."""
    base_url: Address = "https://cloudkms.googleapis.com"


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """What `getPublicKey` answers."""

    pem: str
    algorithm: str


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What `asymmetricSign` answers."""

    signature: str
    signature_crc32c: str = msgspec.field(name="signatureCrc32c")
    verified_data_crc32c: bool = msgspec.field(default=False, name="verifiedDataCrc32c")


class GcpKmsKey:
    """A `Signer` that takes the permissions of the role `roles/cloudkms.signerVerifier` on the key."""

    def __init__(self, settings: GcpKmsKeySettings) -> None:
        self._settings = settings
        signed_in = SignedIn(settings.credentials_file, on="Google Cloud KMS", docs=DOCS, scope=SCOPE)
        self._api = TicketApi(
            system="Google Cloud KMS", base_url=settings.base_url, headers=signed_in.headers, page=DOCS
        )

    @cached_property
    def _public(self) -> "Ed25519PublicKey":
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        what, needs = "reading the public half of the ledger's key", self._permission(VIEW)
        answer = self._api.get(f"v1/{self._settings.key}/publicKey", what=what, needs=needs)
        key = load_pem_public_key(answer.read_as(PublicKey).pem.encode())
        return ed25519_key(key, "Google Cloud KMS", hint="create one of the algorithm EC_SIGN_ED25519")

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
        asked = {"data": base64.b64encode(message).decode(), "dataCrc32c": str(_crc32c(message))}
        path = f"v1/{self._settings.key}:asymmetricSign"
        answer = self._api.post(path, asked, what="signing the ledger", needs=self._permission(SIGN))
        said = answer.read_as(Signed)
        try:
            signature = base64.b64decode(said.signature, validate=True)
        except binascii.Error:
            signature = b""
        if not said.verified_data_crc32c or said.signature_crc32c != str(_crc32c(signature)):
            raise ProviderResponseError(
                "Google Cloud KMS signed something that was damaged on the way", hint="try again"
            )
        return checked_signature(self._public, message, signature, "Google Cloud KMS")

    def check(self) -> str:
        """Have it sign something that means nothing; see `Signer`."""
        self.sign(b"driftledger: a trial\n")
        return f"Google Cloud KMS, {self._settings.key}, signs"

    def _permission(self, name: str) -> str:
        return f"the permission {name} on {self._settings.key}"


def _crc32c(data: bytes) -> int:
    import google_crc32c  # google-cloud-storage brings it

    checksum: int = google_crc32c.value(data)
    return checksum
