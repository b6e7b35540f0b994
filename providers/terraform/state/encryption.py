"""Opens a state that OpenTofu encrypted with AES-GCM, which is what all its methods amount to.

The file then holds the state whole in `encrypted_data`: 12 bytes of nonce, the ciphertext and
16 bytes of tag; and in `meta`, what its key providers need to give the key again.
"""

from dataclasses import dataclass, field

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError
from drift.model.resource import Json
from providers.terraform.state.key_providers import StateKeys, candidate_keys

VERSION = "v0"
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = (16, 24, 32)


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What stands in the file of an encrypted state. Nothing in it is taken for granted."""

    version: Json
    meta: Json
    data: bytes = field(repr=False)


def decrypted(envelope: Envelope, keys: StateKeys, origin: str) -> bytes:
    """Return the state inside.

    Raises:
        ProviderAccessError: No key that is at hand opens it.
        ProviderUnavailableError: The service that has its key cannot be reached.
        ProviderResponseError: It is damaged, or encrypted in a way that is not known.
    """
    what = f"{origin} is encrypted by OpenTofu"
    if envelope.version != VERSION:
        raise ProviderResponseError(
            f"{what} in a version that is not known: {str(envelope.version)[:20]}",
            hint=f"this release reads {VERSION}; look for a newer release",
        )
    try:
        for key in candidate_keys(envelope.meta, keys):
            if (plain := _opened(envelope.data, key)) is not None:
                return plain
    except ProviderError as error:
        error.what = f"{what}, and {error.what}"
        raise
    if len(envelope.data) < NONCE_BYTES + TAG_BYTES:
        raise ProviderResponseError(f"{what}, and cut short", hint="restore an older version of it")
    raise ProviderAccessError(
        f"{what}, and the key that is at hand does not open it",
        hint="check the passphrase, or the kms_key, of its [[baseline]]; if it is right, the file is damaged",
    )


def _opened(data: bytes, key: bytes) -> bytes | None:
    """Return what is encrypted, `None` if the key is another one: GCM vouches for what it opens."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(key) not in KEY_BYTES or len(data) < NONCE_BYTES + TAG_BYTES:
        return None
    view = memoryview(data)
    try:
        return AESGCM(key).decrypt(view[:NONCE_BYTES], view[NONCE_BYTES:], None)
    except InvalidTag:
        return None
