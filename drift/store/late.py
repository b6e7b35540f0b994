"""Rows that are inserted together, with the last statement of a transaction.

Whoever reads their tables within it calls `in_time` before.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Insert

from drift.store.database import at_the_end, made_in_transaction, of_transaction
from drift.store.metadata import metadata

MOST = 2000
"""Rows that are held: a transaction may have any number."""


class _Late:
    def __init__(self, connection: Connection) -> None:
        self.is_asked_at_the_end = at_the_end(connection, self.insert)
        self.before: list[Callable[[Connection], None]] = []
        self._rows: dict[Insert, list[dict[str, Any]]] = defaultdict(list)
        self._held = 0

    def add(self, connection: Connection, statement: Insert, row: dict[str, Any]) -> None:
        self._rows[statement].append(row)
        self._held += 1
        if not self.is_asked_at_the_end or self._held >= MOST:
            self.insert(connection)

    def insert(self, connection: Connection) -> None:
        """Insert what is held, what others refer to first."""
        for write in self.before:
            write(connection)
        order = [table.name for table in metadata.sorted_tables]
        for statement in sorted(self._rows, key=lambda one: order.index(one.table.name)):
            connection.execute(statement, self._rows[statement])
        self._rows.clear()
        self._held = 0


def insert_late(connection: Connection, statement: Insert, row: dict[str, Any]) -> None:
    """Insert a row before the transaction ends. The statement is one that was built once."""
    of_transaction(connection, _Late).add(connection, statement, row)


def write_before_rows(connection: Connection, write: Callable[[Connection], None]) -> bool:
    """Have something written each time before held rows are, which may refer to it.

    Tell whether somebody will: it must be written at once otherwise.
    """
    late = of_transaction(connection, _Late)
    late.before.append(write)
    return late.is_asked_at_the_end


def in_time(connection: Connection) -> Connection:
    """Return the connection once every row of this transaction is inserted."""
    late = made_in_transaction(connection, _Late)
    if late is not None:
        late.insert(connection)
    return connection
