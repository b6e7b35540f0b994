"""The reports as the configuration has them."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from drift.model.report_mail import ReportMail


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportSettings:
    """What the weekly report tells, and where it goes."""

    folder: Path | None
    """Where the daemon puts it each Monday; without it, it writes none."""
    names_people: bool
    """Whoever responds or audits is also told who made most changes by hand; else only teams are counted."""
    send_at: str | None
    """When the daemon sends it, as crontab writes it; `None`: never."""
    time_zone: ZoneInfo
    """Of that time."""
    mail: str | None
    """What sends it, by its name; `None` where nothing does."""
    mails: tuple[ReportMail, ...]
    """Who gets it, and what of it."""
