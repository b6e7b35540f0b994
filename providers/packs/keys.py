"""The keys of a vault: made by its operator, named in its files by an id that tells nothing of them."""

import base64
import binascii
from collections.abc import Mapping
from hashlib import sha256

from drift.errors import ProviderAccessError
from drift.model.secret import Secret

KEY_BYTES = 32
"""AES-256."""

HOW_TO_MAKE_ONE = "make one with `openssl rand -base64 32`, and keep a copy: without it nothing can be read"


def read_keys(text: Secret) -> Mapping[bytes, Secret]:
    """Return the keys in `text` by their ids: the first one encrypts, and each of them decrypts.

    A key that is replaced stays behind the new one, a line or a space apart, for as long as
    anything that it encrypted is kept.

    Raises:
        ProviderAccessError: There is none, or something else than keys; it is not quoted.
    """
    words = text.reveal().split()
    if not words:
        raise ProviderAccessError("the vault has no key", hint=HOW_TO_MAKE_ONE)
    return dict(_key(word, number) for number, word in enumerate(words, start=1))


def _key(word: str, number: int) -> tuple[bytes, Secret]:
    try:
        key = base64.b64decode(word.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise ProviderAccessError(
            f"key number {number} of the vault is no {KEY_BYTES} bytes in base64", hint=HOW_TO_MAKE_ONE
        )
    return sha256(b"driftledger vault key\0" + key).digest()[:8], Secret(word)
