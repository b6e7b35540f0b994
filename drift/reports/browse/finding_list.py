"""Which findings are there? One page of them, the ones that were seen last first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from drift.model.action import Action, Waived
from drift.model.environment import Environment
from drift.model.finding import DriftFinding, FindingStatus
from drift.model.routing import Owner
from drift.reports.browse.change_list import EVER
from drift.reports.browse.finding_filter import (
    FINDINGS,
    FindingFilter,
    finding_conditions,
    findings_between,
)
from drift.reports.browse.places import ROWS, Count, PageOf, Place, page_of
from drift.reports.browse.search import count_of, look_for
from drift.reports.population import Period
from drift.reports.story import standing_in_code
from drift.stages.decide import DecisionRules
from drift.stages.route import RoutingRules, owner_of_finding
from drift.store.actions import waivers
from drift.store.findings import FindingRow, findings
from drift.store.schema import finding

EVERY_FINDING = FindingFilter()


@dataclass(frozen=True, kw_only=True, slots=True)
class Owning:
    """What names the team that answers for something."""

    routing: RoutingRules
    decision: DecisionRules
    """Knows the environment of an account."""

    def environment_of(self, account: str | None) -> str | None:
        """Return the name of the environment that an account belongs to."""
        found: Environment | None = self.decision.environment_of(account)
        return found.name if found else None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedFinding:
    """One finding as lists show it."""

    finding: DriftFinding
    status: FindingStatus
    first_seen_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    owner: Owner | None
    """The team that answers for its resource; `None` where that was not asked for."""
    register_owner: str | None
    """Who answers for it in the opening register."""
    due_at: datetime | None
    is_overdue: bool
    waiver: Action | None
    """The last one that counts now."""
    ledger_seq: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingList:
    """One page of findings, and how many fit in all."""

    page: PageOf[ListedFinding]
    count: Count


def finding_list(
    connection: Connection,
    wanted: FindingFilter = EVERY_FINDING,
    *,
    now: datetime,
    within: Period = EVER,
    place: Place | None = None,
    owning: Owning | None = None,
    size: int = ROWS,
) -> FindingList:
    """Return the findings that fit behind a place in the list.

    None is seen that was neither seen first nor resolved `within` a period.
    """
    conditions, span = tuple(finding_conditions(wanted, within, now)), findings_between(within)
    looked = look_for(connection, FINDINGS, conditions, span, place, size + 1)
    found = listed_findings(connection, [id_ for _, id_ in looked.keys], now, owning)
    rows = [found[id_] for _, id_ in looked.keys]
    return FindingList(
        page=page_of(rows, looked.keys, place, size, looked.stopped_at),
        count=count_of(connection, FINDINGS, conditions, span),
    )


def listed_findings(
    connection: Connection, finding_ids: Collection[str], now: datetime, owning: Owning | None = None
) -> Mapping[str, ListedFinding]:
    """Return how these findings are listed, by id."""
    rows = list(findings(connection, finding.c.finding_id.in_(finding_ids)))
    waived = waivers(connection, finding_ids)
    return {
        row.finding.finding_id: _listed(connection, row, waived.get(row.finding.finding_id), now, owning)
        for row in rows
    }


def _listed(
    connection: Connection, row: FindingRow, waiver: Action | None, now: datetime, owning: Owning | None
) -> ListedFinding:
    counts = waiver and isinstance(waiver.deed, Waived) and waiver.deed.counts(now)
    return ListedFinding(
        finding=row.finding,
        status=row.status,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        resolved_at=row.resolved_at,
        owner=_owner(connection, row.finding, owning) if owning else None,
        register_owner=row.owner,
        due_at=row.due_at,
        is_overdue=row.is_pre_existing and row.due_at is not None and row.due_at < now,
        waiver=waiver if counts else None,
        ledger_seq=row.ledger_seq,
    )


def _owner(connection: Connection, one: DriftFinding, owning: Owning) -> Owner:
    standing = standing_in_code(connection, one)
    return owner_of_finding(one, standing, owning.environment_of(one.account), owning.routing)
