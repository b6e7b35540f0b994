"""Sealing the ledger."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from drift.errors import LedgerIntegrityError
from drift.ledger.checkpoint import checkpoints, latest_checkpoint, seal, sealed_entries
from drift.ledger.log import append_all
from drift.model.evidence import EntryKind
from drift.store.database import Database
from tests.ledger.building import KEY, NOON, OTHER_KEY, an_entry


def test_a_checkpoint_is_a_signed_note_of_origin_size_and_root(database: Database) -> None:
    with database.transaction() as connection:
        append_all(connection, [an_entry(), an_entry(), an_entry()])
        made = seal(connection, KEY, NOON)

    with database.reading() as connection:
        assert latest_checkpoint(connection) == made
    assert made is not None
    assert made.note.startswith(
        f"driftledger/example\n3\n{made.root}\n\n— driftledger/example {made.note.split()[-1]}\n"
    )
    assert KEY.has_signed(made.note)
    assert made.made_at == NOON


def test_a_ledger_that_did_not_grow_is_not_sealed_again(database: Database) -> None:
    with database.transaction() as connection:
        assert seal(connection, KEY, NOON) is None
        append_all(connection, [an_entry()])
        assert seal(connection, KEY, NOON) is not None
        assert seal(connection, KEY, NOON + timedelta(hours=1)) is None


def test_the_record_of_an_export_alone_is_not_sealed(sqlite_database: Database) -> None:
    """
    A pack records its own export: if that called for a new checkpoint, no two packs were ever alike.
    """
    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry()])
        seal(connection, KEY, NOON)

        append_all(connection, [an_entry(kind=EntryKind.EXPORT)])
        assert seal(connection, KEY, NOON) is None

        append_all(connection, [an_entry()])
        sealed = seal(connection, KEY, NOON)

    assert sealed is not None
    assert sealed.size == 3


def test_every_checkpoint_is_kept(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as connection:
        for _ in range(3):
            append_all(connection, [an_entry()])
            seal(connection, KEY, NOON)

        assert [one.size for one in checkpoints(connection)] == [1, 2, 3]


def test_another_key_does_not_continue_a_ledger(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry()])
        seal(connection, KEY, NOON)
        append_all(connection, [an_entry()])

        with pytest.raises(LedgerIntegrityError, match="was not made by the key"):
            seal(connection, OTHER_KEY, NOON)


def test_a_ledger_whose_past_was_rewritten_is_not_sealed(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as connection:
        a_sealed_ledger(connection)
        connection.execute(text("DROP TRIGGER ledger_node_no_update"))
        connection.execute(text("UPDATE ledger_node SET hash = zeroblob(32)"))
        append_all(connection, [an_entry()])

        with pytest.raises(LedgerIntegrityError, match="not the one that was sealed at 4 entries"):
            seal(connection, KEY, NOON)


def test_a_ledger_that_was_cut_is_not_sealed(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as connection:
        a_sealed_ledger(connection)
        connection.execute(text("DROP TRIGGER ledger_no_delete"))
        connection.execute(text("DELETE FROM evidence_body WHERE seq = 3"))
        connection.execute(text("DELETE FROM ledger WHERE seq = 3"))

        with pytest.raises(LedgerIntegrityError, match="not the one that was sealed at 4 entries"):
            seal(connection, KEY, NOON)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE ledger SET leaf = replace(CAST(leaf AS TEXT), 'chg-1', 'chg-2') WHERE seq = 2",
        "UPDATE ledger SET leaf_hash = zeroblob(32) WHERE seq = 2",
        "UPDATE evidence_body SET body = '{}' WHERE seq = 2",
        "UPDATE evidence_body SET body = NULL, salt = NULL WHERE seq = 2",
        "UPDATE evidence_body SET body = '{}', salt = NULL WHERE seq = 2",
        "UPDATE evidence_body SET body = NULL WHERE seq = 2",
        "DELETE FROM evidence_body WHERE seq = 2",
    ],
)
def test_an_entry_that_was_altered_is_named_when_it_is_read_for_a_pack(
    sqlite_database: Database, tampering: str
) -> None:
    with sqlite_database.transaction() as connection:
        a_sealed_ledger(connection)
        connection.execute(text("DROP TRIGGER ledger_no_update"))
        connection.execute(text(tampering))
        sealed = latest_checkpoint(connection)
        assert sealed is not None

        with pytest.raises(LedgerIntegrityError, match="entry 2 of the ledger was altered or is missing"):
            list(sealed_entries(connection, sealed))


def a_sealed_ledger(connection: Connection) -> None:
    append_all(connection, [an_entry() for _ in range(4)])
    seal(connection, KEY, NOON)
