"""States as OpenTofu encrypts them."""

import base64
import hashlib
import json
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PASSPHRASE = "correct horse battery staple"


def encrypted(plain: bytes, key: bytes, **notes: Any) -> dict[str, Any]:
    """The document around a state encrypted with `key`; `__` in the name of a note stands for its dots."""
    nonce = os.urandom(12)
    named = {f"key_provider.{name.replace('__', '.')}": note for name, note in notes.items()}
    return {
        "serial": 7,
        "lineage": "0b8e4d4b-6d1c-4a86-a3c1-5d3f2f4f0a11",
        "meta": {name: in_base64(json.dumps(note).encode()) for name, note in named.items()},
        "encrypted_data": in_base64(nonce + AESGCM(key).encrypt(nonce, plain, None)),
        "encryption_version": "v0",
    }


def with_passphrase(plain: bytes, phrase: bytes = PASSPHRASE.encode(), **but: Any) -> dict[str, Any]:
    """A state encrypted with a passphrase; far fewer iterations than OpenTofu allows, to save time."""
    key, note = derived(phrase, **but)
    return encrypted(plain, key, pbkdf2__main=note)


def derived(phrase: bytes, **but: Any) -> tuple[bytes, dict[str, Any]]:
    """The key of a passphrase, and what OpenTofu notes of it."""
    salt = os.urandom(32)
    how = {"iterations": 1000, "hash_function": "sha512", "key_length": 32} | but
    key = hashlib.pbkdf2_hmac(how["hash_function"], phrase, salt, how["iterations"], how["key_length"])
    return key, {"salt": in_base64(salt), **how}


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
