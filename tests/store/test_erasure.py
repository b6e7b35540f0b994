"""Taking a person out of the working memory."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from drift.erasure import forgotten
from drift.errors import StoreError, UsageError
from drift.model.erasure import Forgotten
from drift.model.person import People, Person
from drift.store import database as databases
from drift.store.changes import changes
from drift.store.database import Database
from drift.store.erasure import forget_in_store
from drift.store.metadata import metadata
from drift.store.people import keep_people, people_kept
from tests.builders import NOON, a_judgement
from tests.world import KEY, World

ALICE = Forgotten.called(["alice@example.com", "alice-a"], "erased-1")
TABLES = tuple(table.name for table in metadata.sorted_tables)
LEDGER = frozenset({"ledger", "evidence_body", "ledger_node", "checkpoint", "erased_entry"})


def test_no_row_names_the_person_any_more_and_the_changes_stay(database: Database) -> None:
    """
    The ids of these events have the name in them, and other tables refer to them.
    """
    world = World(database=database)
    mine = world.happened("opened tcp/22", "closed tcp/22", by="alice@example.com", judged=a_judgement())
    other = world.happened("opened tcp/80", by="bob@example.com", at=NOON + timedelta(hours=1))

    with database.transaction() as connection:
        assert forget_in_store(connection, ALICE, besides=LEDGER) > 0

    assert naming(database) == []
    with database.reading() as connection:
        found = {row.change.change_id: row.change for row in changes(connection)}
    assert found.keys() == {mine.change_id, other.change_id}
    assert found[mine.change_id].actor.name == "erased-1"
    assert len(found[mine.change_id].writes) == 2
    assert found[mine.change_id].first.event.call.source_ip is None
    assert found[other.change_id] == other


def test_of_two_names_of_the_person_that_are_keys_one_row_is_left(database: Database) -> None:
    world = World(database=database)
    for name in ("alice@example.com", "alice-a"):
        world.happened("opened tcp/22", by=name)

    with database.transaction() as connection:
        forget_in_store(connection, ALICE, besides=LEDGER)

    assert naming(database) == []


def test_a_directory_forgets_the_person_whole(sqlite_database: Database) -> None:
    people = [Person(name="alice@example.com", names=("U01",)), Person(name="bob@example.com")]
    with sqlite_database.transaction() as connection:
        keep_people(connection, "okta", people, NOON, NOON)

        forget_in_store(connection, ALICE, besides=LEDGER)

        assert [one.name for one in people_kept(connection, ["okta"])] == ["bob@example.com"]


def test_what_was_deleted_leaves_the_file_too_and_whoever_reads_is_named(
    tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "BUSY_TIMEOUT_SECONDS", 0)
    world = World(database=sqlite_database)
    world.happened("opened tcp/22", by="alice@example.com")
    reader = sqlite3.connect(tmp_path / "store.sqlite3")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM ledger").fetchone()

    with pytest.raises(StoreError, match="still in the files") as caught:
        sqlite_database.wipe_deleted(TABLES)
    reader.close()
    sqlite_database.wipe_deleted(TABLES)

    assert "stop drift run" in caught.value.hint
    log = tmp_path / "store.sqlite3-wal"
    assert not log.exists() or log.stat().st_size == 0


def test_no_name_is_left_in_a_file_of_postgresql_whatever_its_statistics_say(
    database: Database,
) -> None:
    """
    Statistics come late, and are gone after a crash.
    """
    if database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite keeps none")
    World(database=database).happened("opened tcp/22", by="alice@example.com")
    with database.transaction() as connection:
        forget_in_store(connection, ALICE, besides=LEDGER)
        connection.exec_driver_sql("SELECT pg_stat_reset()")
    before = files_of(database)

    database.wipe_deleted(TABLES)

    assert files_of(database).keys() >= set(TABLES)
    assert not set(files_of(database).values()) & set(before.values())


def files_of(database: Database) -> dict[str, int]:
    """The number of the file of each table."""
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT relname, relfilenode FROM pg_class WHERE relkind = 'r' AND relfilenode >= 16384"
        )
        return {name: number for name, number in rows if name in TABLES}


@pytest.mark.parametrize(
    ("names", "says"), [(["al"], "less than 3 characters"), (["alice", "Console"], '"console" is a word')]
)
def test_a_name_that_means_something_else_is_refused(names: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        forgotten(names, People(), KEY)


def test_all_names_that_are_known_of_a_person_go_under_one_pseudonym() -> None:
    people = People.known([Person(name="alice@example.com", names=("alice-a", "U01", "x"))])

    by_login, by_address = (forgotten([name], people, KEY) for name in ("Alice-A", "alice@example.com"))

    assert by_login == by_address
    assert by_login.names == {"alice@example.com", "alice-a", "u01"}
    assert "alice" not in by_login.pseudonym


def naming(database: Database) -> list[str]:
    tables = [table for table in metadata.sorted_tables if table.name not in LEDGER]
    with database.reading() as connection:
        return [
            table.name
            for table in tables
            for row in connection.execute(select(table))
            if any(name in repr(row) for name in ALICE.names)
        ]
