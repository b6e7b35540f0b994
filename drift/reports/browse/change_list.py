"""Which changes are there? One page of them, the newest first, without opening a judgement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal, select

from drift.model.judgement import Judgement
from drift.model.routing import Owner
from drift.model.verdict import ActorKind, Channel, Disposition, Lane, Severity, Tool
from drift.reports.browse.change_filter import ChangeFilter
from drift.reports.browse.conditions import CHANGES, changes_between, conditions_of
from drift.reports.browse.places import ROWS, Count, PageOf, Place, counted_up_to, page_of
from drift.reports.browse.search import Looked, count_of, look_for
from drift.reports.population import Period
from drift.stages.route import Owned, RoutingRules, owner_by
from drift.store.schema import change, change_kind, change_line

EVERYTHING = ChangeFilter()
EVER = Period()

MOST_UNJUDGED = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedChange:
    """One change as lists show it."""

    change_id: str
    began_at: datetime
    actor: str
    """The whole name, by the word of who corrected it last. Whoever shows it decides how much of it."""
    actor_kind: ActorKind
    owner: Owner | None
    """Who answers for the resource; `None` where that was not asked for."""
    channel: Channel
    tool: Tool
    lane: Lane
    resource_type: str | None
    resource_id: str
    address: str | None
    account: str | None
    environment: str | None
    disposition: Disposition
    severity: Severity
    ticket: str | None
    summary: str
    """What its first write did."""
    writes: int
    """None: all of them left it, and it stands for nothing any more."""
    needs_somebody: bool
    is_history: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeList:
    """One page of changes, and how many fit in all."""

    page: PageOf[ListedChange]
    count: Count
    unjudged: Count
    """Changes that nobody has judged yet, of whatever sort: they are in no list until then."""


def change_list(
    connection: Connection,
    wanted: ChangeFilter = EVERYTHING,
    *,
    within: Period = EVER,
    place: Place | None = None,
    routing: RoutingRules | None = None,
) -> ChangeList:
    """Return the changes that fit behind a place in the list. None that began outside `within` is seen."""
    return ChangeList(
        page=changes_page(connection, wanted, within=within, place=place, routing=routing),
        count=count_changes(connection, wanted, within),
        unjudged=_unjudged(connection, within),
    )


def changes_page(
    connection: Connection,
    wanted: ChangeFilter,
    *,
    within: Period = EVER,
    place: Place | None = None,
    routing: RoutingRules | None = None,
    size: int = ROWS,
) -> PageOf[ListedChange]:
    """Return one page of the list alone."""
    looked = _look(connection, wanted, within, place, size + 1)
    lines = listed(connection, [id_ for _, id_ in looked.keys], routing)
    rows = [lines[id_] for _, id_ in looked.keys]
    return page_of(rows, looked.keys, place, size, looked.stopped_at)


def count_changes(connection: Connection, wanted: ChangeFilter, within: Period = EVER) -> Count:
    """Return how many changes fit."""
    conditions = conditions_of(connection, wanted)
    if conditions is None:
        return Count(number=0)
    return count_of(connection, CHANGES, conditions, changes_between(wanted, within))


def listed(
    connection: Connection, change_ids: Collection[str], routing: RoutingRules | None = None
) -> Mapping[str, ListedChange]:
    """Return how these changes are listed, by id."""
    rows = connection.execute(
        select(change_line, change_kind)
        .join(change_kind, change_kind.c.number == change_line.c.kind)
        .where(change_line.c.change_id.in_(change_ids))
    ).all()
    owners = _owners(connection, rows, routing) if routing else {}
    return {row.change_id: _listed(row, owners.get(row.change_id)) for row in rows}


def _look(
    connection: Connection, wanted: ChangeFilter, within: Period, place: Place | None, most: int
) -> Looked:
    conditions = conditions_of(connection, wanted)
    if conditions is None:
        return Looked(keys=())
    return look_for(connection, CHANGES, conditions, changes_between(wanted, within), place, most)


def _listed(row: Any, owner: Owner | None) -> ListedChange:
    return ListedChange(
        change_id=row.change_id,
        began_at=row.began_at,
        actor=row.actor,
        actor_kind=ActorKind(row.actor_kind),
        owner=owner,
        channel=Channel(row.channel),
        tool=Tool(row.tool),
        lane=Lane(row.lane),
        resource_type=row.resource_type,
        resource_id=row.resource_id,
        address=row.address,
        account=row.account,
        environment=row.environment or None,
        disposition=Disposition(row.disposition),
        severity=Severity(row.severity),
        ticket=row.ticket,
        summary=row.summary,
        writes=row.writes,
        needs_somebody=row.needs,
        is_history=row.is_history,
    )


def _owners(connection: Connection, rows: Sequence[Any], routing: RoutingRules) -> Mapping[str, Owner]:
    ids = [row.change_id for row in rows]
    query = select(change.c.change_id, change.c.judgement).where(change.c.change_id.in_(ids))
    judgements = {row.change_id: row.judgement for row in connection.execute(query)}
    return {row.change_id: owner_by(_owned(row, judgements[row.change_id]), routing) for row in rows}


def _owned(row: Any, judgement: Judgement) -> Owned:
    standing = judgement.standing
    return Owned(
        address=standing.address,
        state=next((one.state for one in standing.findings if one.state), None),
        source=standing.source,
        code_owners=standing.code_owners,
        tags=standing.tags,
        account=row.account,
        unit=standing.unit,
        resource=row.resource_id,
        resource_type=row.resource_type,
        environment=row.environment or None,
    )


def _unjudged(connection: Connection, within: Period) -> Count:
    bounds = [
        *([change.c.began_at >= within.since] if within.since else []),
        *([change.c.began_at < within.until] if within.until else []),
    ]
    waiting = select(literal(1)).where(change.c.to_judge, change.c.disposition.is_(None), *bounds)
    some = waiting.limit(MOST_UNJUDGED + 1).subquery()
    number = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return counted_up_to(int(number), MOST_UNJUDGED)
