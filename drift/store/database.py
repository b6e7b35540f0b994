"""Opens the database and runs transactions in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from drift.errors import StoreError

BUSY_TIMEOUT_SECONDS = 30


class Database:
    """The store and the ledger, in one database, so that one transaction covers both."""

    def __init__(self, url: str) -> None:
        """Open `url`, `sqlite:///path` or `postgresql+psycopg://…`, without connecting yet.

        Raises:
            StoreError: The URL is not one of a database that is supported.
        """
        try:
            parsed = make_url(url)
            self.name = parsed.render_as_string(hide_password=True)
            self._engine = _sqlite(url) if parsed.get_backend_name() == "sqlite" else create_engine(url)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise StoreError(
                f"the store's URL cannot be used: {error}",
                hint="write sqlite:///FILE, or postgresql+psycopg://… and install driftledger[postgres]",
            ) from error

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine, for migrations."""
        return self._engine

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run the block in one write transaction: all of it is kept, or none.

        Raises:
            StoreError: The database could not be reached, is locked for too long or is full.
        """
        with self._wrapped(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Run the block on one consistent view, without blocking a writer.

        Raises:
            StoreError: The database could not be reached.
        """
        with self._wrapped(), self._engine.connect().execution_options(drift_reading=True) as connection:
            yield connection

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    @contextmanager
    def _wrapped(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise StoreError(
                f"the store {self.name} failed: {error.orig}",
                hint="check that it exists, can be written and has space, then run the command again",
            ) from error
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            raise StoreError(
                f"the connection to the store {self.name} was lost: {error.orig}",
                hint="nothing half-done was kept; run the command again",
            ) from error


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        folder = Path(path).parent
        if not folder.is_dir():
            raise StoreError(f"the folder of the store does not exist: {folder}", hint="create it, or change [store] url")
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # SQLAlchemy, not the driver, begins transactions: the driver would begin them too late.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that later writes can fail with "locked" without waiting;
        # an immediate one waits its turn at the start.
        reading = connection.get_execution_options().get("drift_reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
