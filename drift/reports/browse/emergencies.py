"""Which emergencies still ask for something, and which were there in a month?"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from drift.model.approval import ActionRules
from drift.model.emergency import Due, emergency_of
from drift.model.environment import Environment
from drift.model.person import People, makers_of
from drift.model.verdict import NOBODYS
from drift.reports.browse.change_list import EVER, ListedChange, listed
from drift.reports.browse.places import (
    ROWS,
    PageOf,
    Place,
    behind,
    in_order,
    page_of,
)
from drift.reports.emergency import EmergencyRow, Month, emergency_row
from drift.reports.population import Period
from drift.store.changes import ChangeRow
from drift.store.lookup import changes_called
from drift.store.schema import change_kind, change_line, emergency

MOST_OPEN = 50
"""Emergencies that are named with what they still ask for, those that are due first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenEmergencyRow:
    """An emergency, and what it still asks for."""

    change: ListedChange
    due: tuple[Due, ...]
    """The open steps, the first one due first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Emergencies:
    """The emergencies of a month, and all that still ask for something."""

    open: tuple[OpenEmergencyRow, ...]
    """`MOST_OPEN` of them, by when they began."""
    open_count: int
    month: Month
    page: PageOf[EmergencyRow]
    """Of the month."""
    in_month: int
    production_changes: int
    """That somebody decided to make in the month, in production: emergencies and others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergencyRules:
    """What the configuration says of emergencies."""

    actions: ActionRules
    people: People
    environments: tuple[Environment, ...]


def emergencies(
    connection: Connection,
    month: Month,
    rules: EmergencyRules,
    *,
    now: datetime,
    within: Period = EVER,
    place: Place | None = None,
) -> Emergencies:
    """Return the emergencies of a month behind a place in its list, and all that are open."""
    seen = _within(emergency.c.began_at, within)
    is_open = (emergency.c.closed_at.is_(None), *seen)
    inside = (emergency.c.began_at >= month.since, emergency.c.began_at < month.until, *seen)
    return Emergencies(
        open=_open(connection, is_open, rules),
        open_count=_number(connection, is_open),
        month=month,
        page=_page(connection, inside, rules, now, place),
        in_month=_number(connection, inside),
        production_changes=_production(connection, month, rules, within),
    )


def open_emergencies(
    connection: Connection, rules: EmergencyRules, *, within: Period = EVER
) -> tuple[OpenEmergencyRow, ...]:
    """Return the emergencies that still ask for something, `MOST_OPEN` of them, by when they began."""
    return _open(connection, (emergency.c.closed_at.is_(None), *_within(emergency.c.began_at, within)), rules)


def _within(at: ColumnElement[datetime], within: Period) -> list[ColumnElement[bool]]:
    since = [at >= within.since] if within.since else []
    return since + ([at < within.until] if within.until else [])


def _number(connection: Connection, where: tuple[ColumnElement[bool], ...]) -> int:
    return int(connection.execute(select(func.count()).select_from(emergency).where(*where)).scalar_one())


def _open(
    connection: Connection, is_open: tuple[ColumnElement[bool], ...], rules: EmergencyRules
) -> tuple[OpenEmergencyRow, ...]:
    oldest = (
        select(emergency.c.change_id).where(*is_open).order_by(emergency.c.began_at, emergency.c.change_id)
    )
    ids = connection.execute(oldest.limit(MOST_OPEN)).scalars().all()
    lines = listed(connection, ids)
    rows = {row.change.change_id: row for row in changes_called(connection, ids)}
    return tuple(OpenEmergencyRow(change=lines[id_], due=_due(rows[id_], rules)) for id_ in ids)


def _due(row: ChangeRow, rules: EmergencyRules) -> tuple[Due, ...]:
    assert row.judgement  # noqa: S101 - it is noted when it is judged
    match = row.judgement.match
    makers = makers_of(row.change, match.deployment, rules.people)
    found = emergency_of(row.change, match, row.judgement.standing, rules.actions, rules.people, makers)
    return tuple(sorted(found.open_steps, key=lambda one: one.at))


def _page(
    connection: Connection,
    inside: tuple[ColumnElement[bool], ...],
    rules: EmergencyRules,
    now: datetime,
    place: Place | None,
) -> PageOf[EmergencyRow]:
    at, id_ = emergency.c.began_at, emergency.c.change_id
    query = select(at, id_).where(*inside, *behind(place, at, id_)).order_by(*in_order(place, at, id_))
    keys = [(row.began_at, row.change_id) for row in connection.execute(query.limit(ROWS + 1))]
    rows = {row.change.change_id: row for row in changes_called(connection, [key for _, key in keys])}
    shown = [emergency_row(rows[key], rules.actions, rules.people, now) for _, key in keys]
    return page_of(shown, keys, place)


def _production(connection: Connection, month: Month, rules: EmergencyRules, within: Period) -> int:
    others = [one.name for one in rules.environments if not one.is_production]
    kinds = select(change_kind.c.number).where(
        change_kind.c.environment.not_in(others), change_kind.c.disposition.not_in(sorted(NOBODYS))
    )
    numbers = connection.execute(kinds).scalars().all()
    at = change_line.c.began_at
    inside = (at >= month.since, at < month.until, *_within(at, within))
    mine = (change_line.c.kind.in_(numbers), *inside)
    return int(connection.execute(select(func.count()).select_from(change_line).where(*mine)).scalar_one())
