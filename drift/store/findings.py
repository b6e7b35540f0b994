"""What is declared where, and how it differs from what is there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from drift.model.baseline import Declaration
from drift.model.finding import DriftFinding, FindingStatus, Standing
from drift.model.resource import Resource
from drift.store.columns import as_key
from drift.store.schema import declared, finding
from drift.store.upsert import in_chunks, insert_all_new, insert_or_update


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingRow:
    """One finding and where it is in its life."""

    finding: DriftFinding
    status: FindingStatus
    first_seen_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    ledger_seq: int


def keep_declared(
    connection: Connection,
    declarations: Iterable[Declaration],
    not_compared: set[tuple[str, str]],
    at: datetime,
) -> None:
    """Replace what the baselines declare, so that a write can be led to its address in the code."""
    for one in declarations:
        connection.execute(delete(declared).where(declared.c.baseline == one.origin))
        rows = [
            {
                "baseline": one.origin,
                "address": resource.address,
                "type": resource.type,
                "resource_id": resource.resource_id,
                "account": resource.account,
                "source": resource.source,
                "compared_at": None if (one.name, resource.address) in not_compared else at,
            }
            for resource in one.resources
        ]
        insert_all_new(connection, declared, rows)  # a state that was edited by hand may repeat an address


def forget_declared(connection: Connection, still_declared: Iterable[Declaration]) -> None:
    """Drop what baselines declared that are watched no more."""
    gone = set(connection.execute(select(declared.c.baseline).distinct()).scalars())
    for some in in_chunks(gone - {as_key(one.origin) for one in still_declared}):
        connection.execute(delete(declared).where(declared.c.baseline.in_(some)))


def findings(connection: Connection, *where: ColumnElement[bool]) -> Iterator[FindingRow]:
    """Yield the findings that fit, the oldest first."""
    rows = connection.execute(
        select(finding).where(*where).order_by(finding.c.first_seen_at, finding.c.finding_id)
    )
    for row in rows:
        yield FindingRow(
            finding=row.body,
            status=FindingStatus(row.status),
            first_seen_at=row.first_seen_at,
            last_seen_at=row.last_seen_at,
            resolved_at=row.resolved_at,
            ledger_seq=row.ledger_seq,
        )


def open_findings(connection: Connection) -> dict[str, FindingRow]:
    """Return the findings that no later comparison has resolved, by id."""
    return {
        row.finding.finding_id: row for row in findings(connection, finding.c.status == FindingStatus.OPEN)
    }


def keep_finding(connection: Connection, one: DriftFinding, ledger_seq: int, at: datetime) -> None:
    """Open a finding, reopen it, or replace what it says."""
    changed = {
        "status": FindingStatus.OPEN,
        "severity": one.severity,
        "last_seen_at": at,
        "resolved_at": None,
        "ledger_seq": ledger_seq,
        "body": one,
    }
    fixed = {
        "finding_id": one.finding_id,
        "kind": one.kind,
        "resource_id": one.resource_id,
        "first_seen_at": at,
    }
    insert_or_update(connection, finding, {**fixed, **changed}, changed)


def see_again(connection: Connection, finding_ids: Iterable[str], at: datetime) -> None:
    """Note that findings still stand as they were."""
    for some in in_chunks(finding_ids):
        connection.execute(update(finding).where(finding.c.finding_id.in_(some)).values(last_seen_at=at))


def resolve(connection: Connection, finding_id: str, ledger_seq: int, at: datetime) -> None:
    """Close a finding that a later comparison no longer sees."""
    _close(connection, finding_id, status=FindingStatus.RESOLVED, resolved_at=at, ledger_seq=ledger_seq)


def set_aside(connection: Connection, finding_id: str, ledger_seq: int) -> None:
    """Close a finding that the configuration ignores now."""
    _close(connection, finding_id, status=FindingStatus.IGNORED, ledger_seq=ledger_seq)


def _close(connection: Connection, finding_id: str, **values: object) -> None:
    connection.execute(update(finding).where(finding.c.finding_id == finding_id).values(**values))


def standing_of(
    connection: Connection, resource: Resource, written_at: datetime, account: str | None = None
) -> Standing:
    """Return how a resource that was written to stands with what is declared.

    Names such as a role's repeat in every account: where both sides tell theirs, they must agree.

    A comparison of before the write says nothing about it, so only a later one counts as one.
    A write may name a resource by a wider or narrower type than the code does (a bucket for its
    policy), so where its own type is not declared, the id decides alone.
    """
    known = connection.execute(
        select(declared).where(declared.c.resource_id == resource.id).order_by(declared.c.address)
    ).all()
    rows = [row for row in known if account in (None, row.account) or row.account is None]
    open_on_id = findings(
        connection, finding.c.status == FindingStatus.OPEN, finding.c.resource_id == resource.id
    )
    about = [
        row.finding
        for row in open_on_id
        if account in (None, row.finding.account) or row.finding.account is None
    ]
    if exact := [row for row in rows if row.type == resource.type]:
        rows, about = exact, [one for one in about if one.type == resource.type]
    return Standing(
        address=rows[0].address if rows else None,
        source=rows[0].source if rows else None,
        is_compared=bool(rows) and all(row.compared_at and row.compared_at >= written_at for row in rows),
        findings=tuple(about),
    )
