"""Writers of one process take turns, and none waits for ever."""

import threading
from collections import Counter
from unittest.mock import patch

import pytest

from drift.errors import StoreError
from drift.store import database as module
from drift.store import meta
from drift.store.database import Database

WRITERS, TURNS = 4, 25


def test_no_writer_misses_what_another_added(database: Database) -> None:
    def count_up() -> None:
        for _ in range(TURNS):
            with database.transaction() as connection:
                number = int(meta.read(connection, "number") or 0)
                meta.write(connection, "number", str(number + 1))

    writers = [threading.Thread(target=count_up) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    with database.reading() as connection:
        assert meta.read(connection, "number") == str(WRITERS * TURNS)


def test_who_writes_again_and_again_does_not_starve_others(sqlite_database: Database) -> None:
    done, order = threading.Event(), Counter[str]()

    def write(name: str) -> None:
        while not done.is_set():
            with sqlite_database.transaction() as connection:
                meta.write(connection, name, "1")
            order[name] += 1
            if all(order[each] >= TURNS for each in ("busy", "other")):
                done.set()

    writers = [threading.Thread(target=write, args=(name,), daemon=True) for name in ("busy", "other")]
    for writer in writers:
        writer.start()

    assert done.wait(60)
    for writer in writers:
        writer.join()


def test_a_transaction_that_does_not_end_is_told_of(sqlite_database: Database) -> None:
    with patch.object(module, "BUSY_TIMEOUT_SECONDS", 0.05), sqlite_database.transaction():
        refused: list[StoreError] = []

        def write() -> None:
            with pytest.raises(StoreError, match="was busy") as error, sqlite_database.transaction():
                pass
            refused.append(error.value)

        writer = threading.Thread(target=write)
        writer.start()
        writer.join()

    assert "look for what keeps a transaction open" in refused[0].hint
