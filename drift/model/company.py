"""What a company says of itself to an auditor: its own documents, and for which time and estate they hold.

None of it is the program's word, and nothing of it changes how anything is judged.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path


class DocumentKind(StrEnum):
    """What a document of the company is."""

    CHANGE_POLICY = "change-policy"
    EMERGENCY_PROCEDURE = "emergency-procedure"
    OBSERVATION_PERIOD = "observation-period"
    SCOPE = "scope"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyDocument:
    """A file of the company that goes into its packs as it is."""

    name: str
    kind: DocumentKind
    path: Path
    version: str | None
    """As the company counts."""
    owner: str | None


class SystemKind(StrEnum):
    """What a part of the estate is."""

    ACCOUNT = "account"
    """An account, project or subscription of a cloud."""
    FLAGS = "flags"
    """A project or environment of a system of feature flags."""
    STATE = "state"
    REPOSITORY = "repository"
    PIPELINE = "pipeline"
    TICKET_PROJECT = "ticket-project"
    SYSTEM = "system"
    """What the configuration connects: a ticket system, a code host, a notifier ..."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StatedScope:
    """What the company says of parts of the estate: whether they are looked at, and why."""

    name: str
    kind: SystemKind
    id: re.Pattern[str]
    written: str
    """The pattern as the configuration has it."""
    is_in_scope: bool
    reason: str
    owner: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Company:
    """What the configuration says of the company."""

    period_begins: date | None = None
    """The first day that the auditor looks at."""
    period_ends: date | None = None
    """The last one."""
    period_reason: str | None = None
    scope: str | None = None
    """What is looked at, in a sentence."""
    scope_reason: str | None = None
    documents: tuple[CompanyDocument, ...] = ()
    systems: tuple[StatedScope, ...] = ()


class DocumentTurn(StrEnum):
    """What happened to a document of the company."""

    ATTACHED = "attached"
    """It was seen for the first time, or again after it could not be read."""
    CHANGED = "changed"
    """It has other bytes, or the company gives it another version, kind or owner."""
    UNREADABLE = "unreadable"
    WITHDRAWN = "withdrawn"
    """The configuration names it no more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentRecord:
    """Body of a `document` entry: a document of the company, when it is news; its bytes are not kept."""

    turn: DocumentTurn
    document: str
    """Its name in the configuration."""
    kind: DocumentKind
    version: str | None
    owner: str | None
    file_name: str
    """The last part of its path, as it was called there."""
    sha256: str | None
    """Hex, of the whole file; `None` where it could not be read."""
    size: int | None
    """In bytes."""
    problem: str | None = None
    """Why it could not be read."""
