"""Brings a database to the tables of this version."""

from pathlib import Path

from sqlalchemy import Connection, inspect, select
from sqlalchemy.sql import column, table

from drift.errors import StoreError
from drift.store.database import Database

HEAD = "0026"
"""The newest migration. Their numbers sort as text does."""

MIGRATIONS = Path(__file__).parent / "migrations"

_VERSION = table("alembic_version", column("version_num"))


def is_made(database: Database) -> bool:
    """Tell whether there are tables of ours, of any version, without making anything.

    Raises:
        StoreError: The database cannot be reached or read.
    """
    if database.is_without_file:
        return False
    with database.reading() as connection:
        return _version_of(connection) is not None


def is_current(database: Database) -> bool:
    """Tell whether the tables are those of this version.

    Raises:
        StoreError: The database cannot be reached or read.
    """
    with database.reading() as connection:
        return _version_of(connection) == HEAD


def migrate(database: Database) -> None:
    """Create or upgrade the tables: wholly, or not at all.

    Of two processes that start at once, one waits and finds everything done.

    Raises:
        StoreError: The database is of a newer version than this program.
    """
    with database.reading() as connection:
        if _version_of(connection) == HEAD:
            return  # most starts end here, and never import Alembic
    with database.transaction() as connection:
        found = _version_of(connection)
        if found is not None and found > HEAD:
            raise StoreError(
                f"the store {database.name} is of version {found}, and this program knows none after {HEAD}",
                hint="a newer program made it: install that one, or name another database in [store] url",
            )
        if found != HEAD:
            _upgrade(connection)


def _version_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, HEAD)
