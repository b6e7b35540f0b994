"""What services that sign for us have in common: their public keys, and that their signatures are right."""

from typing import TYPE_CHECKING, Any

from drift.errors import ProviderResponseError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SECRET_TEXT = b"driftledger: what this installation derives from its key\n"
"""Signed to have a secret that only who may sign can make. No checkpoint begins like this."""


def ed25519_key(key: Any, service: str, *, hint: str) -> "Ed25519PublicKey":
    """Return a public key, as the cryptography package read it, if it is one of Ed25519.

    Raises:
        ProviderResponseError: It is of another kind.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if not isinstance(key, Ed25519PublicKey):
        raise ProviderResponseError(f"the key in {service} is none of Ed25519", hint=hint)
    return key


def checked_signature(key: "Ed25519PublicKey", message: bytes, signature: bytes, service: str) -> bytes:
    """Return a signature that is valid: one that is not must never be published.

    Raises:
        ProviderResponseError: It is not one of this key over this message.
    """
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(signature, message)
    except InvalidSignature as error:
        raise ProviderResponseError(
            f"{service} answered with a signature that is not valid",
            hint="check that nothing stands between it and us, then try again",
        ) from error
    return signature
