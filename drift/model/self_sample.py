"""A sample of a month's changes that the watch draws itself, to find what an auditor would."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drift.model.action import Doer
from drift.model.verdict import Disposition


class Lacking(StrEnum):
    """What an auditor would ask for, and a change does not have."""

    TICKET = "ticket"
    """Neither a ticket nor a reviewed pull request covers it."""
    APPROVAL = "approval"
    """Nobody else is known to have allowed it."""
    APPROVAL_BEFORE = "approval before"
    """Somebody did, after the first write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnChange:
    """A change that was drawn, as the ledger has it."""

    change_id: str
    ledger_seq: int
    """The entry that says how it stood."""
    disposition: Disposition
    ticket: str | None
    approver: str | None
    lacking: tuple[Lacking, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SelfSample:
    """Body of a `self_sample` entry. Whoever has the ledger can draw it again: see docs/ledger-format.md."""

    month: str
    """`2026-11`, in UTC: that of the first write of each change."""
    since: datetime
    until: datetime
    checkpoint_size: int
    checkpoint_root: str
    """Base64. The seed follows from it, so nobody chose what is drawn."""
    seed: str
    """Hex SHA-256."""
    population: int
    """Changes of the month that somebody must answer for."""
    left_out: int
    """Others: the cloud itself made them, or they are older than the watch."""
    drawn: tuple[DrawnChange, ...]
    to_read: tuple[str, ...] = ()
    """Ids of those that a person reads."""
    reader: str | None = None
    """Who is to read them: somebody who made none of them. `None`: there is nobody."""
    due_at: datetime | None = None
    """By when."""

    @property
    def lacking(self) -> tuple[DrawnChange, ...]:
        """Those that an auditor would object to."""
        return tuple(one for one in self.drawn if one.lacking)


class ReadResult(StrEnum):
    """What somebody saw who read a change."""

    AS_RECORDED = "as-recorded"
    OTHERWISE = "otherwise"
    """The ticket, the approval or the cloud says something else than what is recorded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadCheck:
    """Body of a `read_check` entry: somebody read a change that was drawn."""

    month: str
    change_id: str
    read_seq: int
    """The entry that they read."""
    result: ReadResult
    notes: str
    by: Doer
    at: datetime
