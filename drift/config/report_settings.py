"""The reports as the configuration has them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportSettings:
    """What the weekly report tells, and where it goes."""

    folder: Path | None
    """Where the daemon puts it each Monday; without it, it writes none."""
    names_people: bool
    """Whoever responds or audits is also told who made most changes by hand; else only teams are counted."""
