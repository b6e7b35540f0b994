"""Takes a person out of the working memory, so that the watch can go on with what is left.

Names are replaced in place: changes that are open stay open, and stay one person's. Tables are gone
through whole, because a name may stand in any text.
"""

import json
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    String,
    Table,
    TableClause,
    column,
    delete,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.exc import IntegrityError

from drift.ledger.entry import encode_body
from drift.model.erasure import Forgotten
from drift.store.columns import Encoded, Key, Text
from drift.store.metadata import metadata
from drift.store.report_mails import forget_waiting
from drift.store.schema import directory_person

_READ_AHEAD = 1000

_WRITTEN = (String, LargeBinary, Encoded, Key, Text)
"""The types of columns in which a name may stand."""


def forget_in_store(connection: Connection, person: Forgotten, *, besides: frozenset[str]) -> int:
    """Take a person out of every table but those named `besides`; return of how many rows.

    A row that is known by a name is written anew, so that others may refer to it before the old one goes.
    Letters that wait go whole: in one, and in its workbook, a name stands in pieces.
    """
    waiting = forget_waiting(connection)
    tables = [one for one in metadata.sorted_tables if one.name not in besides]
    found = [(one, _rows_naming(connection, one, person)) for one in tables]
    left = [(one, _rewrite_all(connection, one, keys, person)) for one, keys in found]
    for known, keys in reversed(left):
        for key in keys:
            plain = _plain(known)
            connection.execute(delete(plain).where(*_at(known, plain, key)))
    return waiting + sum(len(keys) for _, keys in found)


def _rows_naming(connection: Connection, known: Table, person: Forgotten) -> list[tuple[Any, ...]]:
    """Return the keys of the rows that are meant: what is being read is not to be changed."""
    texts = written_columns(known)
    rows = connection.execute(select(_plain(known)).execution_options(yield_per=_READ_AHEAD)).mappings()
    return [
        tuple(row[one.name] for one in known.primary_key.columns)
        for row in rows
        if any(row[name] is not None and person.is_in(row[name]) for name in texts)
    ]


def _rewrite_all(
    connection: Connection, known: Table, keys: list[tuple[Any, ...]], person: Forgotten
) -> list[tuple[Any, ...]]:
    """Replace the names in these rows; return the keys of those that are to go."""
    if known is directory_person:
        return keys
    return [key for key in keys if not _rewrite(connection, known, key, person)]


def _rewrite(connection: Connection, known: Table, key: tuple[Any, ...], person: Forgotten) -> bool:
    """Replace the names in a row; tell whether it may stay.

    If another row of the person then has the same key, one of the two is enough.
    """
    plain = _plain(known)
    here = _at(known, plain, key)
    row = dict(connection.execute(select(plain).where(*here)).mappings().one())
    new = {name: _without(row[name], person) for name in written_columns(known) if row[name] is not None}
    stays = all(new.get(one.name, row[one.name]) == row[one.name] for one in known.primary_key.columns)
    statement = update(plain).where(*here).values(new) if stays else insert(plain).values(row | new)
    try:
        with connection.begin_nested():
            connection.execute(statement)
    except IntegrityError:
        return False
    return stays


def _plain(known: Table) -> TableClause:
    """Return the table without types, so that each value is read and written as the database has it."""
    return table(known.name, *(column(one.name) for one in known.columns))


def _at(known: Table, plain: TableClause, key: tuple[Any, ...]) -> list[ColumnElement[bool]]:
    names = [one.name for one in known.primary_key.columns]
    return [plain.c[name] == value for name, value in zip(names, key, strict=True)]


def written_columns(known: Table) -> tuple[str, ...]:
    """Return the columns of a table in which a name may stand."""
    return tuple(one.name for one in known.columns if isinstance(one.type, _WRITTEN))


def _without(value: Any, person: Forgotten) -> Any:
    if isinstance(value, str):
        return person.out_of(value)
    return encode_body(person.out_of_json(json.loads(bytes(value))))
