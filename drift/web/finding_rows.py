"""The rows of a list of findings, as whoever looks may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from drift.model.action import Waived
from drift.model.finding import FindingKind, FindingStatus
from drift.model.routing import EVERYBODY
from drift.model.verdict import Severity
from drift.reports.browse.finding_list import ListedFinding, Owning
from drift.reports.wording import DIFFERENCE, finding_name
from drift.web.ask import Ask
from drift.web.naming import for_reader

MOST_PATHS = 4
"""Attributes that a row names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingRowShown:
    """One row."""

    finding_id: str
    first_seen_at: datetime
    name: str
    what: str
    where: str
    source: str | None
    team: str | None
    register_owner: str | None
    severity: Severity
    status: FindingStatus
    kind: FindingKind
    due_at: datetime | None
    is_overdue: bool
    waived_until: datetime | None


def owning(ask: Ask) -> Owning:
    """Return what names the team that answers for something."""
    settings = ask.site.settings()
    return Owning(routing=settings.routing, decision=settings.decision)


def rows_of(ask: Ask, listed: Iterable[ListedFinding]) -> tuple[FindingRowShown, ...]:
    """Return the rows of findings, without the names of people for whoever sees none."""
    all_ = tuple(listed)
    return for_reader(ask, tuple(map(_row, all_)), (one.register_owner for one in all_))


def _row(one: ListedFinding) -> FindingRowShown:
    finding = one.finding
    team = one.owner.team.name if one.owner else EVERYBODY
    deed = one.waiver.deed if one.waiver else None
    return FindingRowShown(
        finding_id=finding.finding_id,
        first_seen_at=one.first_seen_at,
        name=finding_name(finding),
        what=_what(one),
        where=", ".join(filter(None, (finding.account, finding.region))) or "not known",
        source=finding.source,
        team=None if team == EVERYBODY else team,
        register_owner=one.register_owner,
        severity=finding.severity,
        status=one.status,
        kind=finding.kind,
        due_at=one.due_at,
        is_overdue=one.is_overdue,
        waived_until=deed.expires_at if isinstance(deed, Waived) else None,
    )


def _what(one: ListedFinding) -> str:
    paths = [attribute.path for attribute in one.finding.attributes]
    more = f" and {len(paths) - MOST_PATHS} more" if len(paths) > MOST_PATHS else ""
    named = f": {', '.join(paths[:MOST_PATHS])}{more}" if paths else ""
    return f"{DIFFERENCE[one.finding.kind]}{named}"
