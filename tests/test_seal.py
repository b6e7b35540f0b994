"""Sealing what was recorded and counted, while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection

from drift.ledger.checkpoint import checkpoints, latest_checkpoint, seal
from drift.ledger.log import append_all, entries, size_of
from drift.ledger.note import SigningKey
from drift.model.evidence import EntryKind
from drift.seal import seal_counted
from drift.store.database import Database
from tests.ledger.building import KEY, NOON, Slow, an_entry
from tests.world import World


def test_nobody_who_writes_waits_for_whoever_signs(database: Database) -> None:
    def recorded() -> None:
        with database.transaction() as connection:
            append_all(connection, [an_entry()])

    recorded()
    made = seal_counted(database, SigningKey(name=KEY.name, signer=Slow(recorded)), NOON)

    assert made is not None
    assert made.size == 1
    with database.reading() as connection:
        assert size_of(connection) == 2
        assert latest_checkpoint(connection) == made


def test_of_two_who_seal_at_once_the_first_one_stands(sqlite_database: Database) -> None:
    def sealed() -> None:
        with sqlite_database.transaction() as connection:
            append_all(connection, [an_entry()])
            seal(connection, KEY, NOON)

    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry()])

    assert seal_counted(sqlite_database, SigningKey(name=KEY.name, signer=Slow(sealed)), NOON) is None

    with sqlite_database.reading() as connection:
        assert [one.size for one in checkpoints(connection)] == [2]


def test_no_write_is_sealed_that_no_count_has(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A pack of such a checkpoint could not be reconciled with the records that were read.
    """
    world, begin, people = World(database=sqlite_database), sqlite_database.transaction, ["bob", "carol"]
    world.happened(by="alice@example.com")

    @contextmanager
    def busy() -> Iterator[Connection]:
        """Somebody writes after each transaction of the one who seals."""
        with begin() as connection:
            yield connection
        if people:
            monkeypatch.undo()
            world.happened(by=people.pop())
            monkeypatch.setattr(sqlite_database, "transaction", busy)

    monkeypatch.setattr(sqlite_database, "transaction", busy)
    sealed = seal_counted(sqlite_database, KEY, NOON)

    assert sealed is not None
    with sqlite_database.reading() as connection:
        kinds = [one.kind for one in entries(connection, to_seq=sealed.size)]
    assert (kinds.count(EntryKind.OBSERVATION), kinds.count(EntryKind.TALLY)) == (1, 1)
