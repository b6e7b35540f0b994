"""What happened to one resource? Its changes and findings, under every name that calls have for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from drift.model.naming import Name
from drift.model.resource import Resource
from drift.reports.browse.change_filter import ChangeFilter
from drift.reports.browse.change_list import EVER, ListedChange, listed
from drift.reports.browse.conditions import CHANGES, changes_between
from drift.reports.browse.finding_filter import touches
from drift.reports.browse.finding_list import ListedFinding, listed_findings
from drift.reports.browse.places import ROWS, Count, PageOf, Place, page_of
from drift.reports.browse.search import Columns, Condition, count_of, look_for
from drift.reports.population import Period
from drift.stages.route import RoutingRules
from drift.store.addresses import DeclaredRow, declared_as, declared_at
from drift.store.schema import finding
from drift.store.written import Subject, names_of

MOST_FINDINGS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which resource is meant: one at an address in the code, or one of a type and id."""

    address: str | None = None
    type: str | None = None
    id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceHistory:
    """One resource."""

    declared: tuple[DeclaredRow, ...]
    """Where the code declares it; several states may."""
    changes: PageOf[ListedChange]
    count: Count
    """Of its changes."""
    findings: tuple[ListedFinding, ...]
    """The `MOST_FINDINGS` that were seen last on it, the newest first."""


def resource_history(
    connection: Connection,
    asked: Asked,
    *,
    now: datetime,
    within: Period = EVER,
    place: Place | None = None,
    routing: RoutingRules | None = None,
) -> ResourceHistory:
    """Return the changes to a resource behind a place in its history, and what was found on it."""
    rows = _declared(connection, asked)
    conditions, span = tuple(_conditions(connection, asked, rows)), changes_between(ChangeFilter(), within)
    looked = look_for(connection, CHANGES, conditions, span, place, ROWS + 1)
    lines = listed(connection, [id_ for _, id_ in looked.keys], routing)
    return ResourceHistory(
        declared=rows,
        changes=page_of([lines[id_] for _, id_ in looked.keys], looked.keys, place, ROWS, looked.stopped_at),
        count=count_of(connection, CHANGES, conditions, span),
        findings=_findings(connection, asked, rows, now, within),
    )


def _declared(connection: Connection, asked: Asked) -> tuple[DeclaredRow, ...]:
    if asked.address:
        return declared_at(connection, asked.address)
    return declared_as(connection, Resource(type=asked.type, id=asked.id)) if asked.id else ()


def _conditions(connection: Connection, asked: Asked, rows: Sequence[DeclaredRow]) -> Sequence[Condition]:
    """Return what changes to the resource have in common, in the way of `drift.store.written`."""
    subjects = [_subject(row) for row in rows]
    names = [name for some in names_of(connection, subjects).values() for name in some]
    if asked.id:
        names.append(Name(text=asked.id.lower(), exact=asked.id, of_type=asked.type if not rows else None))
    keys = sorted({name.text for name in names})
    called = Condition(
        columns=("resource_key",),
        test=lambda one: one["resource_key"].in_(keys) if len(keys) != 1 else one["resource_key"] == keys[0],
        is_ordered=len(keys) == 1,
    )
    return called, *_meant(names), *_there(rows)


def _subject(row: DeclaredRow) -> Subject:
    return Subject(
        key=f"{row.state} {row.address}",
        state=row.state,
        address=row.address,
        type=row.type,
        resource_id=row.resource_id,
        account=row.account,
        region=row.region,
    )


def _meant(names: Sequence[Name]) -> Sequence[Condition]:
    """Return that a name which is one in calls about some type only is borne by a change to that."""
    if all(name.of_type is None for name in names):
        return ()

    def test(one: Columns) -> ColumnElement[bool]:
        return or_(*(_bears(one, name) for name in names))

    return [Condition(columns=("resource_key", "resource_type"), test=test, is_indexed=False)]


def _bears(one: Columns, name: Name) -> ColumnElement[bool]:
    is_called = one["resource_key"] == name.text
    if name.of_type is None:
        return is_called
    return and_(is_called, or_(one["resource_type"] == name.of_type, one["resource_type"].is_(None)))


def _there(rows: Sequence[DeclaredRow]) -> Sequence[Condition]:
    """Return that a change is in an account of the resource: names repeat from account to account."""
    accounts = sorted({row.account for row in rows if row.account})
    if not rows or len(accounts) < len({row.state for row in rows}):
        return ()

    def test(one: Columns) -> ColumnElement[bool]:
        return or_(one["account"].in_(accounts), one["account"].is_(None))

    return [Condition(columns=("account",), test=test, is_indexed=False)]


def _findings(
    connection: Connection, asked: Asked, rows: Sequence[DeclaredRow], now: datetime, within: Period
) -> tuple[ListedFinding, ...]:
    ids = {row.resource_id for row in rows if row.resource_id} | ({asked.id} if asked.id else set())
    until = [finding.c.first_seen_at < within.until] if within.until else []
    is_in = [touches(within).test(finding.c)] if within.since else []
    newest = (
        select(finding.c.finding_id)
        .where(finding.c.resource_id.in_(sorted(ids)), *until, *is_in)
        .order_by(finding.c.first_seen_at.desc(), finding.c.finding_id.desc())
        .limit(MOST_FINDINGS)
    )
    found = connection.execute(newest).scalars().all()
    listed_rows = listed_findings(connection, found, now)
    return tuple(listed_rows[one] for one in found)
