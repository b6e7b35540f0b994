"""`INSERT … ON CONFLICT`, which both databases have and SQLAlchemy spells per dialect."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_T = TypeVar("_T")


def in_chunks(values: Iterable[_T], size: int = 500) -> Iterator[list[_T]]:
    """Yield values in lists that fit one statement: databases limit its parameters."""
    left = iter(values)
    while chunk := list(islice(left, size)):
        yield chunk


def insert_new(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless one with its primary key exists; tell whether it was new."""
    statement = _insert(connection, table).values(values).on_conflict_do_nothing()
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount == 1


def insert_all_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert those of the rows whose primary key exists neither in the table nor among them."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


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
    statement = _insert(connection, table).values(values)
    keys = list(table.primary_key.columns)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=update, where=only_where))


def _insert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
