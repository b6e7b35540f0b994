"""What a filter asks of the rows that list changes."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from drift.reports.browse.change_filter import ChangeFilter
from drift.reports.browse.search import Columns, Condition, Listing
from drift.reports.population import Period
from drift.store.addresses import is_same_row
from drift.store.columns import LAST_CHARACTER
from drift.store.schema import change_kind, change_line, declared, declared_name

MOST_ADDRESSES = 500
"""Names of declared resources whose addresses begin alike."""


CHANGES = Listing(
    at=change_line.c.began_at,
    id=change_line.c.change_id,
    class_column="kind",
    classes=change_kind.c.number,
)


def changes_between(wanted: ChangeFilter, within: Period) -> list[ColumnElement[bool]]:
    """Return when changes must have begun."""
    at = CHANGES.at
    since = [at >= one for one in (wanted.since, within.since) if one]
    return since + [at < one for one in (wanted.until, within.until) if one]


def conditions_of(connection: Connection, wanted: ChangeFilter) -> tuple[Condition, ...] | None:
    """Return what is asked, what few changes meet first; `None` where no change can be so."""
    kinds = _kinds(connection, wanted)
    if kinds is not None and not kinds:
        return None
    return tuple(_conditions(connection, wanted, kinds))


def _conditions(
    connection: Connection, wanted: ChangeFilter, kinds: Sequence[int] | None
) -> Iterator[Condition]:
    if wanted.ticket:
        yield _is("ticket", wanted.ticket)
    if wanted.resource_id:
        yield _is("resource_key", wanted.resource_id.lower())
    if wanted.actor:
        yield _is("actor_key", wanted.actor.lower())
    if wanted.account:
        yield _is("account", wanted.account)
    if wanted.type:
        yield _is("resource_type", wanted.type)
    if wanted.resource:
        yield _begins(connection, wanted.resource)
    if kinds is not None:
        yield _is_in("kind", kinds)


def _is(column: str, value: str) -> Condition:
    return Condition(columns=(column,), test=lambda one: one[column] == value, is_ordered=True)


def _is_in(column: str, values: Sequence[Any]) -> Condition:
    return Condition(columns=(column,), test=lambda one: one[column].in_(values))


def _begins(connection: Connection, text: str) -> Condition:
    """Return that a resource is declared at an address that begins so, or else that its id does."""
    if "." in text and (names := _names_at(connection, text)):
        return _is_in("resource_key", names)
    begin = text.lower()
    end = begin + LAST_CHARACTER

    def test(one: Columns) -> ColumnElement[bool]:
        return and_(one["resource_key"] >= begin, one["resource_key"] < end)

    return Condition(columns=("resource_key",), test=test)


def _names_at(connection: Connection, begin: str) -> Sequence[str]:
    is_there = func.substr(declared.c.address, 1, len(begin)) == begin
    names = select(declared_name.c.name).join(declared, is_same_row).where(is_there).distinct()
    return connection.execute(names.limit(MOST_ADDRESSES)).scalars().all()


def _kinds(connection: Connection, wanted: ChangeFilter) -> Sequence[int] | None:
    """Return the kinds of change that are asked for; `None` for every one."""
    several = {
        "disposition": wanted.disposition,
        "severity": wanted.severity,
        "channel": wanted.channel,
        "lane": wanted.lane,
    }
    asked: list[ColumnElement[bool]] = [
        change_kind.c[name].in_(sorted(values)) for name, values in several.items() if values
    ]
    if wanted.environment is not None:
        asked.append(change_kind.c.environment == wanted.environment)
    if wanted.needs:
        asked.append(change_kind.c.needs)
    if not asked:
        return None
    return connection.execute(select(change_kind.c.number).where(*asked)).scalars().all()
