"""Finds the changes that a filter asks for, and looks through ten thousand rows at most for a page.

1. Each condition that an index answers is counted, as far as it matters. The one that few changes meet
   is looked through whole, and the others are tested of each: the answer is exact.
2. Where many changes meet every condition, they are looked through in order of time until the page is
   full. After ten thousand it is said how far that reached, and the next page goes on from there.
3. Where all that is asked is how changes stand, of which the combinations are few, the newest of each
   combination are merged: that is exact, and reads a page of each.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from drift.reports.browse.change_filter import ChangeFilter
from drift.reports.browse.conditions import Condition, conditions_of
from drift.reports.browse.places import (
    MOST_LOOKED_THROUGH,
    Count,
    Place,
    Towards,
    behind,
    counted_up_to,
    in_order,
)
from drift.reports.population import Period
from drift.store.columns import UtcTime
from drift.store.schema import change_kind, change_line

FIRST_LOOK = 500
"""Rows among which most pages are found already."""

Key: TypeAlias = tuple[datetime, str]
"""Time and id of a change."""

_AT, _ID = change_line.c.began_at, change_line.c.change_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """Which changes fit, nearest first, and where looking for more was given up."""

    keys: tuple[Key, ...]
    stopped_at: Key | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Chosen:
    """By which of the conditions changes are looked through."""

    leading: Condition | None
    others: tuple[Condition, ...]
    is_narrow: bool
    """So few changes meet the leading one that all are looked through."""


def look_for(
    connection: Connection, wanted: ChangeFilter, within: Period, place: Place | None, most: int
) -> Looked:
    """Return the changes behind a place that fit, `most` of them."""
    conditions = conditions_of(connection, wanted)
    if conditions is None:
        return Looked(keys=())
    span = [*_span(wanted, within), *behind(place, _AT, _ID)]
    chosen = _choose(connection, conditions, span)
    if chosen.leading is None or (chosen.leading.is_ordered and not chosen.others):
        return Looked(keys=_first(connection, _led(chosen, span), place, most))
    if chosen.is_narrow:
        return Looked(keys=_first(connection, _tested(chosen, span), place, most))
    if chosen.leading.column == "kind" and not chosen.others:
        return Looked(keys=_newest_of_kinds(connection, chosen.leading, span, place, most))
    return _look_through(connection, chosen, span, place, most)


def count_of(connection: Connection, wanted: ChangeFilter, within: Period) -> Count:
    """Return how many changes fit, counted as far as a page is looked for."""
    conditions = conditions_of(connection, wanted)
    if conditions is None:
        return Count(number=0)
    span = list(_span(wanted, within))
    chosen = _choose(connection, conditions, span)
    if chosen.leading is None or not chosen.others:
        return counted_up_to(_number(connection, _led(chosen, span).limit(MOST_LOOKED_THROUGH + 1)))
    if chosen.is_narrow:
        return Count(number=_number(connection, _tested(chosen, span)))
    leading = _ordered(chosen)
    found = _number(connection, _tested(leading, span, None, MOST_LOOKED_THROUGH))
    return Count(number=found, is_more=True)


def _span(wanted: ChangeFilter, within: Period) -> Iterator[ColumnElement[bool]]:
    yield from (since <= _AT for since in (wanted.since, within.since) if since)
    yield from (until > _AT for until in (wanted.until, within.until) if until)


def _choose(
    connection: Connection, conditions: Sequence[Condition], span: Sequence[ColumnElement[bool]]
) -> _Chosen:
    if not conditions:
        return _Chosen(leading=None, others=(), is_narrow=False)
    leading, fewest = conditions[0], MOST_LOOKED_THROUGH + 1
    if len(conditions) > 1 or not leading.is_ordered:
        for one in conditions:
            query = select(literal(1)).select_from(change_line).where(one.of(change_line.c), *span)
            number = _number(connection, query.limit(fewest))
            if number < fewest:
                leading, fewest = one, number
    others = tuple(one for one in conditions if one is not leading)
    return _Chosen(leading=leading, others=others, is_narrow=fewest <= MOST_LOOKED_THROUGH)


def _number(connection: Connection, query: Select[Any]) -> int:
    return int(connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def _led(chosen: _Chosen, span: Sequence[ColumnElement[bool]], *columns: str) -> Select[Any]:
    """Return the changes that meet the leading condition alone."""
    names = dict.fromkeys(("began_at", "change_id", *columns))
    leading = [chosen.leading.of(change_line.c)] if chosen.leading else []
    return select(*(change_line.c[name] for name in names)).where(*leading, *span)


def _tested(
    chosen: _Chosen,
    span: Sequence[ColumnElement[bool]],
    order: tuple[ColumnElement[Any], ...] | None = None,
    most: int = MOST_LOOKED_THROUGH,
) -> Select[Any]:
    """Return those of the first changes that meet the leading condition which meet the others too.

    The first are taken apart, so that no index is tried by which many more would be read.
    """
    led = _led(chosen, span, *(one.column for one in chosen.others))
    first = (led if order is None else led.order_by(*order)).limit(most).subquery()
    others = (one.of(first.c) for one in chosen.others)
    return select(first.c.began_at, first.c.change_id).where(*others)


def _first(connection: Connection, query: Select[Any], place: Place | None, most: int) -> tuple[Key, ...]:
    at, id_ = query.selected_columns["began_at"], query.selected_columns["change_id"]
    rows = connection.execute(query.order_by(*in_order(place, at, id_)).limit(most))
    return tuple((row.began_at, row.change_id) for row in rows)


def _newest_of_kinds(
    connection: Connection,
    kinds: Condition,
    span: Sequence[ColumnElement[bool]],
    place: Place | None,
    most: int,
) -> tuple[Key, ...]:
    """Return the nearest changes of several kinds: those behind a page of any one kind are not read."""
    is_back = place is not None and place.towards is Towards.NEWER
    last_of_kind = (
        select(_AT)
        .where(change_line.c.kind == change_kind.c.number, *span)
        .order_by(*in_order(place, _AT, _ID))
        .offset(most - 1)
        .limit(1)
        .scalar_subquery()
    )
    nearest = (func.min if is_back else func.max)(last_of_kind, type_=UtcTime())
    end = connection.execute(select(nearest).where(kinds.test(change_kind.c.number))).scalar_one()
    reach = [] if end is None else [end >= _AT if is_back else end <= _AT]
    query = select(_AT, _ID).where(kinds.of(change_line.c), *span, *reach)
    return _first(connection, query, place, most)


def _look_through(
    connection: Connection,
    chosen: _Chosen,
    span: Sequence[ColumnElement[bool]],
    place: Place | None,
    most: int,
) -> Looked:
    leading, order = _ordered(chosen), in_order(place, _AT, _ID)
    found: tuple[Key, ...] = ()
    for looked_through in (FIRST_LOOK, MOST_LOOKED_THROUGH):
        found = _first(connection, _tested(leading, span, order, looked_through), place, most)
        if len(found) == most:
            return Looked(keys=found)
    last = _led(leading, span).order_by(*order).offset(MOST_LOOKED_THROUGH - 1).limit(1)
    end = connection.execute(last).one_or_none()
    return Looked(keys=found, stopped_at=None if end is None else (end.began_at, end.change_id))


def _ordered(chosen: _Chosen) -> _Chosen:
    """Return by what changes are looked through in order of time, where many meet every condition."""
    every = [one for one in (chosen.leading, *chosen.others) if one is not None]
    leading = next((one for one in every if one.is_ordered), None)
    others = tuple(one for one in every if one is not leading)
    return _Chosen(leading=leading, others=others, is_narrow=False)
