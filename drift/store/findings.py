"""How what is declared differs from what is there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select, update

from drift.model.change import Change
from drift.model.finding import OPEN, DriftFinding, FindingStatus, Standing
from drift.model.naming import is_same_place
from drift.model.resource import Resource
from drift.store.accounts import unit_of
from drift.store.addresses import DeclaredRow
from drift.store.schema import finding
from drift.store.upsert import in_chunks, insert_or_update


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingRow:
    """One finding and where it is in its life."""

    finding: DriftFinding
    status: FindingStatus
    first_seen_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    ledger_seq: int
    owner: str | None = None
    """Who answers for it, while it is in the opening register."""
    due_at: datetime | None = None
    """When it is to be settled, while it is in the opening register."""

    @property
    def is_pre_existing(self) -> bool:
        """It is in the opening register: it was there before the watch began."""
        return self.status is FindingStatus.PRE_EXISTING

    @property
    def is_open(self) -> bool:
        """No later comparison has resolved it."""
        return self.status in OPEN


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
            owner=row.owner,
            due_at=row.due_at,
        )


def open_findings(connection: Connection) -> dict[str, FindingRow]:
    """Return the findings that no later comparison has resolved, by id."""
    return {row.finding.finding_id: row for row in findings(connection, finding.c.status.in_(OPEN))}


def closed_findings(connection: Connection, finding_ids: Iterable[str]) -> dict[str, FindingRow]:
    """Return those of these findings that were resolved, or are ignored, by id."""
    rows = (
        row
        for some in in_chunks(finding_ids)
        for row in findings(connection, finding.c.finding_id.in_(some))
        if not row.is_open
    )
    return {row.finding.finding_id: row for row in rows}


def keep_finding(
    connection: Connection,
    one: DriftFinding,
    ledger_seq: int,
    at: datetime,
    status: FindingStatus = FindingStatus.OPEN,
    *,
    owner: str | None = None,
    due_at: datetime | None = None,
) -> None:
    """Open a finding, reopen it, or replace what it says."""
    changed = {
        "status": status,
        "severity": one.severity,
        "last_seen_at": at,
        "resolved_at": None,
        "ledger_seq": ledger_seq,
        "body": one,
        "owner": owner,
        "due_at": due_at,
        "account": one.account,
        "type": one.type,
        "baseline": one.baseline,
        "address": one.address,
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
    mine = finding.c.finding_id == finding_id
    values = {"status": FindingStatus.RESOLVED, "resolved_at": at, "ledger_seq": ledger_seq}
    connection.execute(update(finding).where(mine).values(values))


def set_status(connection: Connection, finding_id: str, status: FindingStatus, ledger_seq: int) -> None:
    """Note where a finding is in its life, and the entry that says so."""
    mine = finding.c.finding_id == finding_id
    connection.execute(update(finding).where(mine).values(status=status, ledger_seq=ledger_seq))


def standing_of(connection: Connection, change: Change, rows: Sequence[DeclaredRow]) -> Standing:
    """Return how the resource of a change stands with what is declared; `rows` are where it is.

    A comparison of before the write says nothing about it, so only a later one counts as one.
    """
    account = change.first.event.call.account
    on_it = findings_on(connection, change.resource, rows, account)
    is_later = (row.compared_at is not None and row.compared_at >= change.ended_at for row in rows)
    return Standing(
        address=rows[0].address if rows else None,
        source=rows[0].source if rows else None,
        code_owners=rows[0].code_owners if rows else (),
        tags=rows[0].tags if rows else (),
        unit=unit_of(connection, account),
        is_compared=bool(rows) and all(is_later),
        findings=tuple(row.finding for row in on_it if row.is_open),
    )


def findings_on(
    connection: Connection, resource: Resource, declared_rows: Sequence[DeclaredRow], account: str | None
) -> list[FindingRow]:
    """Return every finding there was on a resource that a call names, the oldest first.

    `declared_rows` are where it is declared. Several resources may bear one id, a bucket and its
    policy for example: where the code declares one of the type, the others are left out.
    """
    ids = {resource.id, *(row.resource_id for row in declared_rows if row.resource_id)}
    types = {row.type for row in declared_rows}
    is_of_type = resource.type in types
    return [
        row
        for row in findings(connection, finding.c.resource_id.in_(ids))
        if (row.finding.type in types or not is_of_type) and is_same_place(row.finding.account, account)
    ]
