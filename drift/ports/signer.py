"""What signs in the name of the ledger."""

from typing import Protocol


class Signer(Protocol):
    """Holds an Ed25519 key and signs with it, wherever its private half is kept."""

    @property
    def public_bytes(self) -> bytes:
        """The public key, 32 bytes.

        Raises:
            ProviderError: The service that keeps the key does not tell it; see `sign`.
        """
        ...

    @property
    def secret(self) -> bytes:
        """Bytes that only who may sign with this key can make, the same every time. They are never shown.

        Raises:
            ProviderError: As `sign`.
        """
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature of RFC 8032 (Ed25519, not of a hash) over the message, 64 bytes.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: A permission is missing, which is named.
            ProviderResponseError: The key cannot make such signatures, is disabled or is not there.
        """
        ...

    def check(self) -> str:
        """Try whether it can sign, and say where the key is kept.

        Raises:
            ProviderError: It cannot; a permission that is missing is named.
        """
        ...
