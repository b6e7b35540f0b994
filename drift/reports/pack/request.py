"""What a pack is asked for."""

from dataclasses import dataclass, field

from drift.model.company import Company
from drift.reports.population import Period


@dataclass(frozen=True, kw_only=True, slots=True)
class PackRequest:
    """What somebody asked for, with what the configuration adds. The same request gives the same bytes."""

    period: Period
    tool_version: str
    company: Company = field(default_factory=Company)
    """What the company says of itself."""
