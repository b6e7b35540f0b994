"""Opens the database and runs transactions in it: one writer at a time, whichever the engine."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InternalError, OperationalError

from drift.errors import StoreError

BUSY_TIMEOUT_SECONDS = 30
CONNECT_TIMEOUT_SECONDS = "10"

_WRITER_LOCK = 0x6472_6966_7400_0002
"""Names the writer among the advisory locks of PostgreSQL: "drift", then 2."""

_NO_PRIVILEGE = "42501"

_LASTING = "drift_lasting"

_Kept = TypeVar("_Kept")


class _Lasting:
    """What lasts as long as one transaction."""

    def __init__(self) -> None:
        self.finishes: list[Callable[[Connection], None]] = []
        self.kept: dict[Callable[[Connection], Any], Any] = {}


def at_the_end(connection: Connection, finish: Callable[[Connection], None]) -> bool:
    """Have `finish` called before the transaction is kept; tell whether somebody will.

    What is written once for a whole transaction costs a fraction of the same row by row.
    """
    lasting: _Lasting | None = connection.info.get(_LASTING)
    if lasting is None:
        return False
    lasting.finishes.append(finish)
    return True


def of_transaction(connection: Connection, make: Callable[[Connection], _Kept]) -> _Kept:
    """Return what `make` made when it was first asked for in this transaction; where nothing lasts, make it.

    Nobody else writes meanwhile, so what was read once stays true.
    """
    lasting: _Lasting | None = connection.info.get(_LASTING)
    if lasting is None:
        return make(connection)
    if make not in lasting.kept:
        lasting.kept[make] = make(connection)
    kept: _Kept = lasting.kept[make]
    return kept


def made_in_transaction(connection: Connection, make: Callable[[Connection], _Kept]) -> _Kept | None:
    """Return what `make` made in this transaction, if it was asked for."""
    lasting: _Lasting | None = connection.info.get(_LASTING)
    return None if lasting is None else lasting.kept.get(make)


class Database:
    """The store and the ledger, in one database, so that one transaction covers both."""

    def __init__(self, url: str) -> None:
        """Open `url`, `sqlite:///path` or `postgresql+psycopg://…`, without connecting yet.

        Raises:
            StoreError: The URL is not one of a database that is supported.
        """
        try:
            self._engine = _engine_of(make_url(url))
        except (ArgumentError, ValueError) as error:
            raise _unusable("it is no URL of SQLite or PostgreSQL") from error  # it may hold a password
        except ImportError as error:
            raise _unusable(str(error)) from error
        self.name = _name_of(self._engine.url)
        self._writing = threading.Lock()

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine beneath."""
        return self._engine

    @property
    def is_without_file(self) -> bool:
        """Tell whether it is a file that is not there yet: SQLite would make it at the first look."""
        url, name = self._engine.url, self._engine.url.database or ":memory:"
        is_file = url.get_backend_name() == "sqlite" and not name.startswith((":memory:", "file:"))
        return is_file and not Path(name).exists()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run the block in one write transaction: all of it is kept, or none.

        Within the process writers wait at a lock, in which they take turns; at that of the database who
        asks most often would win.

        Writers wait for each other before they begin, so what the block reads stays true until
        it is done.

        Raises:
            StoreError: The database could not be reached, is locked for too long or is full.
        """
        if not self._writing.acquire(timeout=BUSY_TIMEOUT_SECONDS):
            raise StoreError(
                f"the store {self.name} was busy for {BUSY_TIMEOUT_SECONDS} s",
                hint="look for what keeps a transaction open: a vault that does not answer, a slow disk",
            )
        try:
            with self._wrapped(), self._engine.begin() as connection:
                info = connection.info  # a connection that is lost meanwhile has none
                info[_LASTING] = lasting = _Lasting()
                try:
                    yield connection
                    for finish in lasting.finishes:
                        finish(connection)
                finally:
                    del info[_LASTING]
        finally:
            self._writing.release()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Run the block on one consistent view, without blocking a writer. It cannot write.

        Raises:
            StoreError: The database could not be reached.
        """
        options: dict[str, Any] = {"drift_reading": True}
        if self._engine.dialect.name == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._wrapped(), self._engine.connect().execution_options(**options) as connection:
            yield connection

    def wipe_deleted(self, tables: Iterable[str]) -> None:
        """Take what was deleted and replaced in `tables`, at least, out of the files too.

        The engine leaves it there for a while. Needs as much room as the store takes. Nobody else may use it
        meanwhile.

        Raises:
            StoreError: Somebody does, or there is no room.
        """
        is_sqlite = self._engine.dialect.name == "sqlite"
        wipe = _wipe_sqlite if is_sqlite else partial(_wipe_postgresql, tables)
        with self._wrapped():
            connection = self._engine.raw_connection()
            try:
                wipe(connection.driver_connection)
            except self._engine.dialect.loaded_dbapi.Error as error:
                raise StoreError(
                    f"what was deleted is still in the files of {self.name}: {error}",
                    hint="stop drift run and whoever else reads the store, make room, and run it again",
                ) from error
            finally:
                connection.invalidate()  # it was set up for this alone

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    @contextmanager
    def _wrapped(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            hint = _hint_for(error)
            if hint is None:
                raise
            said = " ".join(str(error.orig).split())
            raise StoreError(f"the store {self.name} failed: {said}", hint=hint) from error


def _hint_for(error: DBAPIError) -> str | None:
    """Return the next step, or `None` where no step of the user's helps: a mistake of ours, a broken rule."""
    if error.connection_invalidated:
        return "the connection was lost and nothing half-done was kept: run the command again"
    if isinstance(error, OperationalError | InternalError):
        return "check that it exists, can be written and has space, then run the command again"
    if type(error) is DatabaseError:
        return "it is damaged, or no database: restore a backup, or change [store] url"
    if getattr(error.orig, "sqlstate", None) == _NO_PRIVILEGE:
        return "let the user of [store] url own the database"
    return None


def _unusable(why: str) -> StoreError:
    return StoreError(
        f"the store's URL cannot be used: {why}",
        hint="write sqlite:///FILE, or postgresql+psycopg://… and install driftledger[postgres]",
    )


def _name_of(url: URL) -> str:
    """Return how people know the database; nothing of its password, nor of one with an `@` too many."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    host = url.host or url.query.get("host") or "localhost"
    return f"{url.database} on {str(host).rpartition('@')[2]}"


def _engine_of(url: URL) -> Engine:
    match url.get_backend_name():
        case "sqlite":
            return _sqlite(url)
        case "postgresql":
            return _postgresql(url)
        case other:
            raise ArgumentError(f"not supported: {other}")


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        folder = Path(url.database).parent
        if not folder.is_dir():
            raise StoreError(
                f"the folder of the store does not exist: {folder}", hint="create it, or change [store] url"
            )
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # SQLAlchemy, not the driver, begins transactions: the driver would begin them too late.
        connection.isolation_level = None
        try:
            _write_ahead(connection)
            for pragma in ("synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()  # the pool does not
            raise
        except UnicodeDecodeError as error:
            connection.close()
            # What SQLite says of a damaged file may quote the damage, and the driver trips over that.
            raise sqlite3.DatabaseError("the file is damaged") from error

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        is_reading = _is_reading(connection)
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if is_reading else 'OFF'}")
        # A deferred transaction that later writes can fail with "locked" without waiting;
        # an immediate one waits its turn at the start.
        connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Set the mode in which readers and the writer do not wait for each other.

    Two processes that both do it to a new file are refused at once, without the waiting that any
    other statement does, so the waiting is done here.
    """
    give_up_at = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)
        else:
            return


def _postgresql(url: URL) -> Engine:
    if "+" not in url.drivername:
        url = url.set(drivername="postgresql+psycopg")
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": CONNECT_TIMEOUT_SECONDS})
    # Asked before each use, a connection that was lost between two transactions costs neither.
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.execute("SET TIME ZONE 'UTC'")
        connection.execute(f"SET lock_timeout = '{BUSY_TIMEOUT_SECONDS}s'")
        connection.commit()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # What SQLite does with its one file: without it, two writers both miss what the other adds.
        if not _is_reading(connection):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")

    return engine


def _wipe_sqlite(connection: Any) -> None:
    """Write the file anew, and empty the log of changes, which holds pages as they were."""
    connection.execute("PRAGMA query_only=OFF")
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")
    connection.execute("VACUUM")
    (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        raise sqlite3.OperationalError("another process is reading")


def _wipe_postgresql(tables: Iterable[str], connection: Any) -> None:
    """Write these tables anew, whatever the statistics say of them: they come late, and go with a crash."""
    connection.autocommit = True
    for table in tables:
        connection.execute(f'VACUUM (FULL) "{table}"')


def _is_reading(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("drift_reading", False))
