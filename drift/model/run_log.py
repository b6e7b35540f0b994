"""What a run of a pipeline said, as far as it is kept: its hashes, and on wish its text."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptLog:
    """What a job said, in the vault: without secrets, and of a long log its beginning."""

    sha256: str
    """Hex, of the document that the vault keeps; it is found there by it."""
    size: int
    """Characters of the text that is kept."""
    cut: int
    """Characters of the log that were left out at its end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogDigest:
    """What one job of a run said."""

    name: str
    sha256: str
    """Hex, of the bytes as the host delivered them."""
    size: int
    """Bytes."""
    kept: KeptLog | None = None
    """`None`: the log itself is not kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunLogs:
    """What a run said."""

    logs: tuple[LogDigest, ...] = ()
    why_not: str | None = None
    """Why there is nothing: the host dropped it already, or the credentials may not read it."""


KeepLog: TypeAlias = Callable[[str, bytes], KeptLog]
"""Keeps what the job of this name said."""
