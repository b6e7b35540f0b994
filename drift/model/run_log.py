"""What a run of a pipeline said, as far as it is kept: its hashes."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class LogDigest:
    """What one job of a run said."""

    name: str
    sha256: str
    """Hex, of the bytes as the host delivered them."""
    size: int
    """Bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunLogs:
    """What a run said."""

    logs: tuple[LogDigest, ...] = ()
    why_not: str | None = None
    """Why there is nothing: the host dropped it already, or the credentials may not read it."""
