"""Certificates as states keep them."""

import hashlib
from typing import Final

from drift.model.resource import Json

HASH: Final = 40
"""So many digits has what version 2 of the provider keeps of a certificate."""


def certificate_like(said: str, declared: Json) -> str:
    """Return a certificate as it is declared, by its hash or spaced otherwise, where it is that one."""
    text = said.replace("\r", "").strip()
    if not isinstance(declared, str):
        return text
    if len(declared) == HASH:
        return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    return declared if declared.replace("\r", "").strip() == text else text
