"""What needs somebody now: the worst first, and of these the newest."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from drift.config import Settings
from drift.model.missing import Missing, missing_from
from drift.model.routing import EVERYBODY, Owner
from drift.model.verdict import Severity
from drift.reports.browse.change_filter import ChangeFilter
from drift.reports.browse.change_list import ListedChange, changes_page
from drift.reports.browse.finding_filter import FindingFilter
from drift.reports.browse.finding_list import ListedFinding, Owning, finding_list
from drift.reports.population import Period
from drift.reports.wording import DIFFERENCE, finding_name, identity
from drift.reports.writers import Writer, last_writers
from drift.stages.decide import answer_due_at
from drift.store.changes import ChangeRow
from drift.store.findings import findings as store_findings
from drift.store.lookup import changes_called
from drift.store.schema import finding
from drift.web.people import machines_listed, people_about, people_behind, people_listed

MOST_ROWS = 10

_WORST_FIRST = tuple(sorted(Severity, key=lambda one: -one.rank))


@dataclass(frozen=True, kw_only=True, slots=True)
class NeedLine:
    """Something that needs somebody."""

    severity: Severity
    since: datetime
    href_kind: str
    """`changes` or `findings`."""
    ref: str
    resource: str
    what: str
    who: str
    missing: tuple[Missing, ...]
    owner: str
    due_at: datetime | None
    is_overdue: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """The rows, and who is named in them."""

    lines: tuple[NeedLine, ...]
    people: tuple[str | None, ...]
    machines: tuple[str, ...]


def needs_of(connection: Connection, settings: Settings, within: Period, now: datetime) -> Needs:
    """Return what needs somebody: changes, and drift on resources of which no change is listed already."""
    changes = _changes(connection, settings, within)
    rows = {
        row.change.change_id: row for row in changes_called(connection, [one.change_id for one in changes])
    }
    lines = [_of_change(one, rows[one.change_id], settings, now) for one in changes]
    told = {
        one.finding_id for row in rows.values() if row.judgement for one in row.judgement.standing.findings
    }
    findings = _findings(connection, settings, within, now, told, MOST_ROWS - len(lines))
    rows_of = list(store_findings(connection, finding.c.finding_id.in_([_id(one) for one in findings])))
    writers = last_writers(connection, rows_of)
    lines += [_of_finding(one, writers.get(_id(one))) for one in findings]
    return Needs(
        lines=tuple(sorted(lines, key=lambda one: (-one.severity.rank, one.href_kind)))[:MOST_ROWS],
        people=(
            *people_listed(changes),
            *(name for one in findings for name in people_about(one)),
            *(name for one in writers.values() for name in people_behind(one.change)),
        ),
        machines=tuple(machines_listed(changes)),
    )


def _changes(connection: Connection, settings: Settings, within: Period) -> list[ListedChange]:
    found: list[ListedChange] = []
    for severity in _WORST_FIRST:
        if len(found) < MOST_ROWS:
            wanted = ChangeFilter(needs=True, severity=frozenset({severity}))
            left = MOST_ROWS - len(found)
            page = changes_page(connection, wanted, within=within, routing=settings.routing, size=left)
            found += page.rows
    return found


def _findings(
    connection: Connection,
    settings: Settings,
    within: Period,
    now: datetime,
    told: Collection[str],
    most: int,
) -> list[ListedFinding]:
    found: list[ListedFinding] = []
    owning = Owning(routing=settings.routing, decision=settings.decision)
    for severity in _WORST_FIRST:
        if len(found) >= most:
            break
        wanted = FindingFilter(open=True, severity=frozenset({severity}))
        page = finding_list(
            connection, wanted, now=now, within=within, owning=owning, size=2 * MOST_ROWS
        ).page
        found += [one for one in page.rows if one.finding.finding_id not in told and _asks(one)]
    return found[: max(0, most)]


def _asks(one: ListedFinding) -> bool:
    """Tell whether a finding asks for somebody: not while it is waived, answered for or not yet due."""
    return one.waiver is None and (one.is_overdue or one.status in ("open", "reopened"))


def _of_change(one: ListedChange, row: ChangeRow, settings: Settings, now: datetime) -> NeedLine:
    missing = tuple(missing_from(row.change, row.judgement)) if row.judgement else ()
    is_asked = {Missing.TICKET, Missing.APPROVAL} & set(missing)
    due_at = answer_due_at(row.change, settings.decision) if is_asked else None
    return NeedLine(
        severity=one.severity,
        since=one.began_at,
        href_kind="changes",
        ref=one.change_id,
        resource=one.address or one.resource_id,
        what=one.summary,
        who=one.actor,
        missing=missing,
        owner=_team(one.owner),
        due_at=due_at,
        is_overdue=due_at is not None and due_at < now,
    )


def _of_finding(one: ListedFinding, writer: Writer | None) -> NeedLine:
    return NeedLine(
        severity=one.finding.severity,
        since=writer.change.began_at if writer else one.first_seen_at,
        href_kind="findings",
        ref=one.finding.finding_id,
        resource=finding_name(one.finding),
        what=DIFFERENCE[one.finding.kind],
        who=f"last written by {identity(writer.change)}" if writer else "no write is known",
        missing=(Missing.CODE,),
        owner=_team(one.owner) or one.register_owner or "",
        due_at=one.due_at,
        is_overdue=one.is_overdue,
    )


def _id(one: ListedFinding) -> str:
    return one.finding.finding_id


def _team(owner: Owner | None) -> str:
    return owner.team.name if owner and owner.team.name != EVERYBODY else ""
