"""Where in a long list somebody is: a page begins behind what was shown last, not after so many rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, literal, tuple_

from drift.store.columns import UtcTime

ROWS = 50
"""Of a list, on one page."""

MOST_LOOKED_THROUGH = 10_000
"""Rows that one page is looked for in, and up to which is counted."""

_BETWEEN = "~"
_LONGEST = 200

RowType = TypeVar("RowType")


class Towards(StrEnum):
    """Which way somebody pages through a list, of which the newest stands first."""

    OLDER = "older"
    NEWER = "newer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place in a list: the rows behind one that was shown."""

    towards: Towards
    at: datetime
    """Of that row."""
    id: str
    """Of that row: several may bear one time."""

    def __str__(self) -> str:
        """Return the place as it stands in a URL, under the name `place`."""
        at = self.at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        return _BETWEEN.join((self.towards.value, at, self.id))


def parse_place(text: str) -> Place | None:
    """Return the place that a URL names; `None` for one that was never given out."""
    towards, _, rest = text[:_LONGEST].partition(_BETWEEN)
    at, _, id_ = rest.partition(_BETWEEN)
    try:
        moment = datetime.strptime(at, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
        return Place(towards=Towards(towards), at=moment, id=id_)
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How many there are."""

    number: int
    is_more: bool = False
    """There are more: nobody counted further."""


def counted_up_to(number: int, most: int = MOST_LOOKED_THROUGH) -> Count:
    """Return a count that was not carried on behind `most`."""
    return Count(number=min(number, most), is_more=number > most)


@dataclass(frozen=True, kw_only=True, slots=True)
class PageOf(Generic[RowType]):
    """One page of a list, the newest first."""

    rows: tuple[RowType, ...]
    newer: Place | None
    """Where the page before goes on; `None`: these are the newest."""
    older: Place | None
    """Where the next page goes on; `None`: there is nothing older."""
    looked_back_to: datetime | None = None
    """Not everything older was looked through, and what lies behind `older` may fit too. `None`: it was."""


def behind(place: Place | None, at: ColumnElement[Any], id_: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """Return the condition of being behind a place."""
    if place is None:
        return []
    here = tuple_(literal(place.at, UtcTime), literal(place.id))
    return [tuple_(at, id_) > here if place.towards is Towards.NEWER else tuple_(at, id_) < here]


def in_order(
    place: Place | None, at: ColumnElement[Any], id_: ColumnElement[Any]
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return by what rows are sorted, so that the nearest behind a place come first."""
    if place is not None and place.towards is Towards.NEWER:
        return at.asc(), id_.asc()
    return at.desc(), id_.desc()


def page_of(
    rows: Sequence[RowType],
    keys: Sequence[tuple[datetime, str]],
    place: Place | None,
    size: int = ROWS,
    stopped_at: tuple[datetime, str] | None = None,
) -> PageOf[RowType]:
    """Return a page of the rows that were found behind a place, of which one more than fits was asked for.

    `keys` are their times and ids. `stopped_at` is where looking was given up, if it was.
    """
    has_more = len(rows) > size or stopped_at is not None
    shown = list(zip(keys, rows, strict=True))[:size]
    is_back = place is not None and place.towards is Towards.NEWER
    if is_back:
        shown.reverse()
    first, last = (shown[0][0], shown[-1][0]) if shown else (None, None)
    end = stopped_at if len(rows) <= size else None
    if place is not None and not shown:
        first = last = (place.at, place.id)
    if end is not None:
        first, last = (end, last) if is_back else (first, end)
    has_newer, has_older = (has_more, place is not None) if is_back else (place is not None, has_more)
    return PageOf(
        rows=tuple(row for _, row in shown),
        newer=_place(Towards.NEWER, first) if has_newer else None,
        older=_place(Towards.OLDER, last) if has_older else None,
        looked_back_to=end[0] if end else None,
    )


def _place(towards: Towards, key: tuple[datetime, str] | None) -> Place | None:
    return Place(towards=towards, at=key[0], id=key[1]) if key else None
