"""The database goes away under a running daemon: for a while, or for longer than it waits."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from drift.daemon import ENDS, MOST_FAILURES
from drift.errors import StoreError
from drift.model.turn import Turn
from drift.store import meta
from drift.store.database import Database
from tests.test_daemon import PATIENCE, SOON, Heard, a_job, heard, started

__all__ = ["heard"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A server of PostgreSQL with a database of ours."""

    url: str
    name: str

    def say(self, *statements: str) -> None:
        """Have its operator say something."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def take_away(self) -> None:
        """Cut every connection to the database, and let nobody in."""
        self.say(
            f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'",  # noqa: S608
        )

    def bring_back(self) -> None:
        """Let everybody in again."""
        self.say(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true")


@pytest.fixture
def server(postgres_url: str, postgres_template: str) -> Iterator[Server]:
    one = Server(url=postgres_url, name=f"lost_{uuid.uuid4().hex}")
    one.say(f"CREATE DATABASE {one.name} TEMPLATE {postgres_template}")
    yield one
    one.say(f"DROP DATABASE {one.name} WITH (FORCE)")


@pytest.fixture
def store(server: Server) -> Iterator[Database]:
    database = Database(server.url.replace("/postgres?", f"/{server.name}?"))
    yield database
    database.close()


class Counter:
    """A job that counts its turns in the store, and can be held within one."""

    def __init__(self, store: Database) -> None:
        self._store = store
        self.is_inside, self.may_go_on = threading.Event(), threading.Event()
        self.may_go_on.set()

    def run(self) -> Turn:
        """Count one more."""
        with self._store.transaction() as connection:
            meta.write(connection, "turns", str(self._kept(meta.read(connection, "turns")) + 1))
            self.is_inside.set()
            assert self.may_go_on.wait(PATIENCE)
        return Turn(counts=(("turns", 1),))

    def kept(self) -> int:
        """Return how many are kept."""
        with self._store.reading() as connection:
            return self._kept(meta.read(connection, "turns"))

    @staticmethod
    def _kept(text_: str | None) -> int:
        return int(text_ or "0")


@contextmanager
def held(counter: Counter) -> Iterator[None]:
    """Hold the job within its transaction for as long as the block lasts."""
    counter.is_inside.clear()
    counter.may_go_on.clear()
    assert counter.is_inside.wait(PATIENCE)
    yield
    counter.may_go_on.set()


def test_a_database_that_comes_back_costs_no_more_than_the_turn_in_hand(
    server: Server, store: Database, heard: Heard
) -> None:
    counter = Counter(store)
    job = a_job("count", counter.run, SOON)
    with started(store, heard, job, first_wait=timedelta(seconds=1)) as daemon:
        with held(counter):
            server.take_away()
        heard.wait_for(lambda: bool(heard.alarms))
        server.bring_back()
        before = len(heard.turns)
        heard.wait_for(lambda: len(heard.turns) > before)
        is_stopping = daemon.is_stopping

    assert not is_stopping
    assert counter.kept() == len(heard.turns)


def test_one_that_stays_away_ends_it_with_the_reason_and_the_next_step(
    server: Server, store: Database, heard: Heard
) -> None:
    counter = Counter(store)
    with started(store, heard, a_job("count", counter.run, SOON)) as daemon:
        heard.wait_for(lambda: bool(heard.turns))
        server.take_away()
        with pytest.raises(StoreError) as raised:
            daemon.wait()

    assert f"the store {server.name} on" in raised.value.what
    assert raised.value.hint
    assert heard.alarms[-1].startswith(f"count died {MOST_FAILURES} times in a row: the store {server.name}")
    assert heard.alarms[-1].endswith(ENDS)
    server.bring_back()
    assert counter.kept() >= len(heard.turns)
