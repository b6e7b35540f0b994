"""Transactions: whole or not at all, one writer at a time, and a clear error when the database fails."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, insert, text
from sqlalchemy.exc import IntegrityError

from drift.errors import StoreError
from drift.store import database as module
from drift.store import meta
from drift.store.database import Database
from drift.store.schema import meta as meta_table
from drift.store.upsert import in_chunks


def test_what_fails_half_way_is_not_kept(database: Database) -> None:
    def fail_half_way() -> None:
        with database.transaction() as connection:
            meta.write(connection, "key", "value")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail_half_way()

    assert kept(database, "key") is None


def test_writers_wait_for_each_other_before_they_read(database: Database) -> None:
    """
    Otherwise two would both read 1 and both write 2.
    """

    def count_up(_: int) -> None:
        with database.transaction() as connection:
            number = int(meta.read(connection, "count") or 0)
            meta.write(connection, "count", str(number + 1))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count_up, range(20)))

    assert kept(database, "count") == "20"


def test_a_reader_sees_one_state_while_somebody_writes(database: Database) -> None:
    with database.reading() as reader:
        before = meta.read(reader, "key")
        with database.transaction() as writer:
            meta.write(writer, "key", "new")

        assert (before, meta.read(reader, "key")) == (None, None)
    assert kept(database, "key") == "new"


def test_a_reader_cannot_write(database: Database) -> None:
    """
    What it wrote would silently be gone.
    """
    with pytest.raises(StoreError), database.reading() as connection:
        meta.write(connection, "key", "value")

    keep(database, key="value")  # on the same pooled connection
    assert kept(database, "key") == "value"


def test_waiting_for_another_writer_ends(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_SECONDS", 0.1)
    one, other = Database(database_url), Database(database_url)

    with one.transaction(), pytest.raises(StoreError, match="lock"), other.transaction():
        pass

    with other.transaction():
        pass
    one.close()
    other.close()


def test_a_broken_rule_of_a_table_is_no_failure_of_the_store(database: Database) -> None:
    """
    It is a mistake of ours, and no step of the user's would help.
    """
    twice = [{"key": "key", "value": "s3cret"}] * 2

    with pytest.raises(IntegrityError) as raised, database.transaction() as connection:
        connection.execute(insert(meta_table), twice)

    assert "s3cret" not in str(raised.value)


def test_a_full_disk_is_said_and_nothing_half_done_is_kept(sqlite_database: Database) -> None:
    limit_pages(sqlite_database, "(SELECT * FROM pragma_page_count)")

    with pytest.raises(StoreError, match="full") as raised:
        keep(sqlite_database, key="value", large="x" * 1_000_000)

    assert "space" in raised.value.hint
    assert kept(sqlite_database, "key") is None

    limit_pages(sqlite_database, "1000000")
    keep(sqlite_database, key="value")
    assert kept(sqlite_database, "key") == "value"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_lost_within_a_transaction_keeps_nothing(database: Database) -> None:
    def lose_the_connection() -> None:
        with database.transaction() as connection:
            meta.write(connection, "key", "value")
            kill(database, backend_of(connection))
            meta.write(connection, "other", "value")

    with pytest.raises(StoreError) as raised:
        lose_the_connection()

    assert "nothing half-done was kept" in raised.value.hint
    assert kept(database, "key") is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_lost_between_two_transactions_costs_neither(database: Database) -> None:
    with database.transaction() as connection:
        meta.write(connection, "key", "value")
        backend = backend_of(connection)
    kill(database, backend)

    assert kept(database, "key") == "value"


def test_a_server_that_cannot_be_reached_is_said_without_the_password() -> None:
    database = Database("postgresql+psycopg://drift:s3cret@localhost:1/drift")

    with pytest.raises(StoreError, match="the store drift on localhost failed") as raised, database.reading():
        pass

    assert "s3cret" not in str(raised.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes of Tuesday. " * 100)
    database = Database(f"sqlite:///{path}")

    with pytest.raises(StoreError, match="not a database") as raised, database.reading():
        pass

    assert "change [store] url" in raised.value.hint
    assert path.read_text().startswith("These are my notes")


def test_a_damaged_database_is_said_to_be_damaged(sqlite_database: Database, tmp_path: Path) -> None:
    sqlite_database.close()
    path = tmp_path / "store.sqlite3"
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 200_000)

    with pytest.raises(StoreError) as raised, sqlite_database.reading() as connection:
        connection.execute(text("SELECT * FROM meta"))

    assert "restore a backup" in raised.value.hint


def test_a_store_in_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="folder of the store does not exist"):
        Database(f"sqlite:///{tmp_path / 'nowhere' / 'store.sqlite3'}")


@pytest.mark.parametrize(
    "url",
    [
        "drift:s3cret",
        "mysql://drift:s3cret@localhost/drift",
        "postgresql+asyncpg://drift:s3cret@localhost/drift",
        "postgresql+psycopg://drift:s3cret@localhost:s3cret/drift",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(StoreError, match="URL cannot be used") as raised:
        Database(url)

    assert "s3cret" not in str(raised.value)
    assert "sqlite:///FILE" in raised.value.hint


def test_the_name_of_a_store_holds_nothing_of_a_password_with_an_at_sign() -> None:
    database = Database("postgresql://drift:pass@word@db.example.com/drift")

    assert database.name == "drift on db.example.com"


def test_any_number_of_values_comes_in_chunks_that_fit_a_statement() -> None:
    assert list(in_chunks(range(5), size=2)) == [[0, 1], [2, 3], [4]]
    assert list(in_chunks([])) == []


def keep(database: Database, **values: str) -> None:
    with database.transaction() as connection:
        for key, value in values.items():
            meta.write(connection, key, value)


def kept(database: Database, key: str) -> str | None:
    with database.reading() as connection:
        return meta.read(connection, key)


def limit_pages(database: Database, pages: str) -> None:
    """Let the file of the database grow no more, as if the disk were full."""
    with database.reading() as connection:
        count = connection.execute(text(f"SELECT {pages}")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {count}"))


def backend_of(connection: Connection) -> int:
    return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def kill(database: Database, backend: int) -> None:
    """End a connection from the server's side."""
    admin = create_engine(database.engine.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})
    admin.dispose()
