"""What the ledger holds."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryKind(StrEnum):
    """What an evidence entry records."""

    OBSERVATION = "observation"
    DISPOSITION = "disposition"
    FINDING = "finding"
    ALERT = "alert"
    COVERAGE = "coverage"
    GAP = "gap"
    CONFIG_VERSION = "config_version"
    EXPORT = "export"


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceEntry:
    """A recorded fact: the public leaf of the ledger.

    The body itself stands beside it under a salted commitment, so that personal data
    can be erased later without breaking the tree.
    """

    seq: int
    recorded_at: datetime
    kind: EntryKind
    ref: str
    """Id of what the fact is about: a change, a finding, a delivered file."""
    leaf_hash: str
    """Hex RFC 6962 leaf hash."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CoverageInterval:
    """A span in which a source was read completely."""

    source: str
    account: str | None
    region: str | None
    from_at: datetime
    to_at: datetime
    records: int
    unreadable: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """The signed size and root of the ledger, as a C2SP signed note."""

    size: int
    root: str
    """Base64 of the Merkle root."""
    note: str
    made_at: datetime
