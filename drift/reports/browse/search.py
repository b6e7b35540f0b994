"""Finds the rows of a long list that fit, and looks through ten thousand at most for a page.

1. Each condition that an index answers is counted, as far as it matters. The one that few rows meet is
   looked through whole, and the others are tested of each: the answer is exact.
2. Where many rows meet every condition, they are looked through in order of time until the page is full.
   After ten thousand it is said how far that reached, and the next page goes on from there.
3. Where all that is asked is of which classes rows are, and these are few, the newest of each class are
   merged: that is exact, and reads a page of each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Column, ColumnElement, Connection, Select, func, literal, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from drift.reports.browse.places import (
    MOST_LOOKED_THROUGH,
    Count,
    Place,
    Towards,
    behind,
    counted_up_to,
    in_order,
)
from drift.store.columns import UtcTime

FIRST_LOOK = 500
"""Rows among which most pages are found already."""

Key: TypeAlias = tuple[datetime, str]
"""Time and id of a row."""

Where: TypeAlias = Sequence[ColumnElement[bool]]


class Columns(Protocol):
    """Columns by their names."""

    def __getitem__(self, name: str, /) -> ColumnElement[Any]:
        """Return one of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """What some columns must be."""

    columns: tuple[str, ...]
    test: Callable[["Columns"], ColumnElement[bool]]
    is_ordered: bool = False
    """Its index has the rows that meet it in order of time."""
    is_indexed: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What is listed: in order of `at`, and of `id` where times are equal, by an index."""

    at: Column[Any]
    id: Column[Any]
    class_column: str | None = None
    """Which of the columns says of which class a row is, where there are few."""
    classes: Column[Any] | None = None
    """All of them."""

    @property
    def columns(self) -> ReadOnlyColumnCollection[str, Column[Any]]:
        """The columns of its table."""
        return self.at.table.c


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """Which rows fit, nearest first, and where looking for more was given up."""

    keys: tuple[Key, ...]
    stopped_at: Key | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Chosen:
    """By which of the conditions rows are looked through."""

    leading: Condition | None
    others: tuple[Condition, ...]
    is_narrow: bool = False
    """So few rows meet the leading one that all are looked through."""


def look_for(
    connection: Connection,
    listing: Listing,
    conditions: Sequence[Condition],
    span: Where,
    place: Place | None,
    most: int,
) -> Looked:
    """Return the rows behind a place that fit, `most` of them. `span` is when they may lie."""
    span = [*span, *behind(place, listing.at, listing.id)]
    chosen = _choose(connection, listing, conditions, span)
    leading, is_alone = chosen.leading, not chosen.others
    if is_alone and (leading is None or leading.is_ordered):
        return Looked(keys=_first(connection, _led(listing, chosen, span), place, most))
    if chosen.is_narrow:
        return Looked(keys=_first(connection, _tested(listing, chosen, span), place, most))
    if is_alone and leading is not None and leading.columns == (listing.class_column,):
        return Looked(keys=_newest_of_classes(connection, listing, leading, span, place, most))
    return _look_through(connection, listing, _ordered(chosen), span, place, most)


def count_of(connection: Connection, listing: Listing, conditions: Sequence[Condition], span: Where) -> Count:
    """Return how many rows fit, counted as far as a page is looked for."""
    chosen = _choose(connection, listing, conditions, span)
    if not chosen.others:
        led = _led(listing, chosen, span).limit(MOST_LOOKED_THROUGH + 1)
        return counted_up_to(_number(connection, led))
    if chosen.is_narrow:
        return Count(number=_number(connection, _tested(listing, chosen, span)))
    leading = _ordered(chosen)
    is_more = _number(connection, _led(listing, leading, span).limit(MOST_LOOKED_THROUGH + 1))
    newest = _tested(listing, leading, span, in_order(None, listing.at, listing.id))
    return Count(number=_number(connection, newest), is_more=is_more > MOST_LOOKED_THROUGH)


def _choose(
    connection: Connection, listing: Listing, conditions: Sequence[Condition], span: Where
) -> _Chosen:
    indexed = [one for one in conditions if one.is_indexed]
    leading, fewest = indexed[0] if indexed else None, MOST_LOOKED_THROUGH + 1
    if len(conditions) > 1 or (leading and not leading.is_ordered):
        for one in indexed:
            met = select(literal(1)).select_from(listing.at.table).where(one.test(listing.columns), *span)
            number = _number(connection, met.limit(fewest))
            if number < fewest:
                leading, fewest = one, number
    others = tuple(one for one in conditions if one is not leading)
    return _Chosen(leading=leading, others=others, is_narrow=fewest <= MOST_LOOKED_THROUGH)


def _number(connection: Connection, query: Select[Any]) -> int:
    return int(connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def _led(listing: Listing, chosen: _Chosen, span: Where, *columns: str) -> Select[Any]:
    """Return the rows that meet the leading condition alone."""
    names = dict.fromkeys((listing.at.name, listing.id.name, *columns))
    leading = [chosen.leading.test(listing.columns)] if chosen.leading else []
    return select(*(listing.columns[name] for name in names)).where(*leading, *span)


def _tested(
    listing: Listing,
    chosen: _Chosen,
    span: Where,
    order: tuple[ColumnElement[Any], ...] | None = None,
    most: int | None = None,
) -> Select[Any]:
    """Return those of the first rows that meet the leading condition which meet the others too.

    The first are taken apart, so that no index is tried by which many more would be read.
    """
    led = _led(listing, chosen, span, *(name for one in chosen.others for name in one.columns))
    first = (led if order is None else led.order_by(*order)).limit(most or MOST_LOOKED_THROUGH).subquery()
    others = (one.test(first.c) for one in chosen.others)
    return select(first.c[listing.at.name], first.c[listing.id.name]).where(*others)


def _first(connection: Connection, query: Select[Any], place: Place | None, most: int) -> tuple[Key, ...]:
    at, id_ = query.selected_columns.values()[:2]
    rows = connection.execute(query.order_by(*in_order(place, at, id_)).limit(most))
    return tuple((row[0], row[1]) for row in rows)


def _newest_of_classes(
    connection: Connection,
    listing: Listing,
    wanted: Condition,
    span: Where,
    place: Place | None,
    most: int,
) -> tuple[Key, ...]:
    """Return the nearest rows of several classes: those behind a page of any one class are not read."""
    assert listing.classes is not None  # noqa: S101 - there is a column of them
    [class_column] = wanted.columns
    is_back = place is not None and place.towards is Towards.NEWER
    last_of_class = (
        select(listing.at)
        .where(listing.columns[class_column] == listing.classes, *span)
        .order_by(*in_order(place, listing.at, listing.id))
        .offset(most - 1)
        .limit(1)
        .scalar_subquery()
    )
    nearest = (func.min if is_back else func.max)(last_of_class, type_=UtcTime())
    end = connection.execute(select(nearest).where(wanted.test({class_column: listing.classes}))).scalar_one()
    reach = [] if end is None else [listing.at <= end if is_back else listing.at >= end]
    every = _Chosen(leading=wanted, others=())
    return _first(connection, _led(listing, every, [*span, *reach]), place, most)


def _look_through(
    connection: Connection,
    listing: Listing,
    chosen: _Chosen,
    span: Where,
    place: Place | None,
    most: int,
) -> Looked:
    order = in_order(place, listing.at, listing.id)
    found: tuple[Key, ...] = ()
    for looked_through in (FIRST_LOOK, MOST_LOOKED_THROUGH):
        query = _tested(listing, chosen, span, order, looked_through)
        found = _first(connection, query, place, most)
        if len(found) == most:
            return Looked(keys=found)
    last = _led(listing, chosen, span).order_by(*order).offset(MOST_LOOKED_THROUGH - 1).limit(1)
    end = connection.execute(last).one_or_none()
    return Looked(keys=found, stopped_at=None if end is None else (end[0], end[1]))


def _ordered(chosen: _Chosen) -> _Chosen:
    """Return by what rows are looked through in order of time, where many meet every condition."""
    every = [one for one in (chosen.leading, *chosen.others) if one is not None]
    leading = next((one for one in every if one.is_ordered), None)
    return _Chosen(leading=leading, others=tuple(one for one in every if one is not leading))
