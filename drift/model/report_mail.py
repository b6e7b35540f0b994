"""Who gets which report by mail, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drift.model.audience import Audience


class ReportKind(StrEnum):
    """What a mail tells."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    """The emergencies of the month, and the sample that was drawn of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportMail:
    """One mail that the configuration asks for."""

    name: str
    to: tuple[str, ...]
    """Addresses: each gets a letter of its own, and sees none of the others."""
    audience: Audience
    team: str | None
    """Whose own rows; only of the audience `TEAM`."""
    has_workbook: bool
    """All rows come along as XLSX."""
    is_monthly: bool
    """Once a month, what the month was, comes too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailRecord:
    """Body of a `report_mail` entry: a report was sent to all of its addresses that take it."""

    mail: str
    """Its name in the configuration."""
    kind: ReportKind
    audience: Audience
    period: str
    run_id: str
    """As the report itself names it."""
    sha256: str
    """Hex SHA-256 of its HTML, which is the same for every address."""
    sent: int
    """To how many addresses."""
    given_up: int
    """Addresses that it could not be sent to."""
    first_at: datetime | None
    last_at: datetime | None
    """When the first and the last of them took it."""
    checkpoint_size: int | None
    checkpoint_root: str | None
    """Of the checkpoint that stands in it."""
