"""`INSERT … ON CONFLICT`, which both databases have and SQLAlchemy spells per dialect."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import ColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement

from drift.store.late import insert_late

_T = TypeVar("_T")


def in_chunks(values: Iterable[_T], size: int = 500) -> Iterator[list[_T]]:
    """Yield values in lists that fit one statement: databases limit its parameters."""
    left = iter(values)
    while chunk := list(islice(left, size)):
        yield chunk


def insert_new(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless one with its primary key exists; tell whether it was new."""
    statement = _insert_new(connection.dialect.name, table)
    return connection.execute(statement, values, execution_options={"preserve_rowcount": True}).rowcount == 1


def insert_all_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert those of the rows whose primary key exists neither in the table nor among them."""
    if rows:
        connection.execute(_insert_new(connection.dialect.name, table), rows)


def insert_new_late(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert a row before the transaction ends, unless one with its primary key exists by then."""
    insert_late(connection, _insert_new(connection.dialect.name, table), row)


def insert_or_replace_late(
    connection: Connection, table: Table, row: dict[str, Any], columns: tuple[str, ...]
) -> None:
    """Insert a row before the transaction ends, or give the one with its primary key these columns."""
    insert_late(connection, _insert_or_replace(connection.dialect.name, table, columns), row)


def insert_or_update(
    connection: Connection,
    table: Table,
    values: dict[str, Any],
    update: dict[str, Any],
    *,
    only_where: ColumnElement[bool] | None = None,
) -> None:
    """Insert a row, or set the columns of `update` on the one that has its primary key.

    A row that exists and does not fit `only_where` stays as it is.
    """
    statement = _insert(connection.dialect.name, table).values(values)
    keys = list(table.primary_key.columns)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=update, where=only_where))


NewValues: TypeAlias = ColumnCollection[str, KeyedColumnElement[Any]]
"""The columns of the row that was to be inserted."""


def insert_or_set(
    connection: Connection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    change: Callable[[NewValues], dict[str, ColumnElement[Any]]],
) -> None:
    """Insert rows, or change those that have their primary keys as `change` says of the new values."""
    if rows:
        connection.execute(_insert_or_set(connection.dialect.name, table, change), rows)


@cache
def _insert_or_set(
    dialect: str, table: Table, change: Callable[[NewValues], dict[str, ColumnElement[Any]]]
) -> "sqlite.Insert | postgresql.Insert":
    statement = _insert(dialect, table)
    keys = list(table.primary_key.columns)
    return statement.on_conflict_do_update(index_elements=keys, set_=change(statement.excluded))


@cache
def _insert_new(dialect: str, table: Table) -> "sqlite.Insert | postgresql.Insert":
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _insert_or_replace(
    dialect: str, table: Table, columns: tuple[str, ...]
) -> "sqlite.Insert | postgresql.Insert":
    statement = _insert(dialect, table)
    new = {name: statement.excluded[name] for name in columns}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=new)


def _insert(dialect: str, table: Table) -> "sqlite.Insert | postgresql.Insert":
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
