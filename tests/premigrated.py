"""New stores in SQLite get at once what the migrations make of an empty one: they run once for each process.

tests/store/test_migrate.py, which is about the migrations, has them run each time.
"""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, inspect

from drift.store import migrate
from drift.store.database import Database

really_upgrade = migrate._upgrade


def upgrade(connection: Connection) -> None:
    """Do what the migrations do."""
    if connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
        really_upgrade(connection)
        return
    for statement in statements():
        connection.exec_driver_sql(statement)


@cache
def statements() -> tuple[str, ...]:
    """Return what makes a store: its tables, triggers and indexes, and the rows of a new one."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite3"
        database = Database(f"sqlite:///{path}")
        with database.transaction() as connection:
            really_upgrade(connection)
        database.close()
        with closing(sqlite3.connect(path)) as made:
            return tuple(one for one in made.iterdump() if one not in ("BEGIN TRANSACTION;", "COMMIT;"))
