"""A line of a time line."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """Something that happened, in one line."""

    at: datetime
    what: str
    detail: str | None = None
    ledger_seq: int | None = None
