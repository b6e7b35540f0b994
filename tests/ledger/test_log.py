"""Appending to the ledger, on both engines."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from drift.errors import LedgerIntegrityError
from drift.ledger.entry import encode_body
from drift.ledger.log import append, append_all, entries, node_reader, size_of, written
from drift.ledger.merkle import root
from drift.ledger.tables import APPEND_ONLY
from drift.model.evidence import EntryKind
from drift.store.database import Database
from tests.ledger.building import NOON, a_disposition, an_entry
from tests.ledger.test_merkle import naive_root


class CrashError(Exception):
    """Ends a transaction in its middle."""


def test_an_entry_is_read_back_as_it_was_written(database: Database) -> None:
    with database.transaction() as connection:
        earlier = append(connection, kind=EntryKind.OBSERVATION, ref="aws:1", body={}, recorded_at=NOON)
        recorded = append(
            connection,
            kind=EntryKind.DISPOSITION,
            ref="chg-1",
            body={"b": 2, "a": "é"},
            recorded_at=NOON,
            links=(earlier.seq,),
        )

    with database.reading() as connection:
        stored = list(entries(connection, from_seq=1))

    assert len(stored) == 1
    assert (stored[0].seq, stored[0].kind, stored[0].ref) == (1, EntryKind.DISPOSITION, "chg-1")
    assert stored[0].recorded_at == NOON
    assert stored[0].body == '{"a":"é","b":2}'.encode()
    assert stored[0].leaf_hash.hex() == recorded.leaf_hash


def test_the_leaf_is_canonical_json_with_a_salted_commitment(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry("first"), an_entry('a "quoted" \x1f ref', links=(0,))])

    with sqlite_database.reading() as connection:
        *_, stored = entries(connection)

    assert stored.salt is not None
    assert stored.body is not None
    expected = {
        "body_commit": hashlib.sha256(stored.salt + stored.body).hexdigest(),
        "kind": "trust",
        "links": [0],
        "ref": 'a "quoted" \x1f ref',
        "seq": 1,
        "ts": "2026-11-20T12:00:00.000000Z",
        "v": 1,
    }
    assert len(stored.salt) == 32
    assert stored.leaf == json.dumps(expected, sort_keys=True, separators=(",", ":")).encode()
    assert stored.leaf_hash == hashlib.sha256(b"\x00" + stored.leaf).digest()


def test_equal_bodies_have_different_commitments(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry(body={}), an_entry(body={})])

    with sqlite_database.reading() as connection:
        first, second = entries(connection)

    assert first.commitment != second.commitment


def test_batches_and_single_entries_make_one_tree(database: Database) -> None:
    for count in (1, 4, 1, 7, 2):
        with database.transaction() as connection:
            append_all(connection, [an_entry() for _ in range(count)])

    with database.reading() as connection:
        leaves = [entry.leaf for entry in entries(connection)]
        stored_root = root(15, node_reader(connection))

    assert [json.loads(leaf)["seq"] for leaf in leaves] == list(range(15))
    assert stored_root == naive_root(leaves)


def test_an_empty_batch_writes_nothing(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as connection:
        assert append_all(connection, []) == []
        assert size_of(connection) == 0


def test_what_is_rolled_back_leaves_no_trace(database: Database) -> None:
    with database.transaction() as connection:
        append_all(connection, [an_entry("kept")])

    with suppress(CrashError), database.transaction() as connection:
        append_all(connection, [an_entry("lost"), an_entry("lost")])
        raise CrashError

    with database.transaction() as connection:
        following = append_all(connection, [an_entry("next")])
        assert [entry.ref for entry in entries(connection)] == ["kept", "next"]
        leaves = [entry.leaf for entry in entries(connection)]
        assert root(2, node_reader(connection)) == naive_root(leaves)
    assert following[0].seq == 1


def test_writers_at_the_same_time_leave_no_holes(database: Database) -> None:
    def write(writer: str) -> None:
        for _ in range(10):
            with database.transaction() as connection:
                append_all(connection, [an_entry(writer), an_entry(writer)])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ["left", "right"]))

    with database.reading() as connection:
        stored = list(entries(connection))
        assert root(40, node_reader(connection)) == naive_root([entry.leaf for entry in stored])
    assert [entry.seq for entry in stored] == list(range(40))
    assert sum(entry.ref == "left" for entry in stored) == 20


@pytest.mark.parametrize("table", [table.name for table in APPEND_ONLY])
@pytest.mark.parametrize("statement", ["DELETE FROM {0}", "UPDATE {0} SET {1} = {1}"])
def test_the_database_refuses_to_change_what_is_recorded(
    database: Database, table: str, statement: str
) -> None:
    column = {"ledger": "ref", "ledger_node": "hash", "checkpoint": "root"}[table]
    with database.transaction() as connection:
        append_all(connection, [an_entry(), an_entry()])
        connection.execute(text("INSERT INTO checkpoint VALUES (2, 'root', 'note', 'now')"))

    with pytest.raises(DBAPIError, match=f"{table} is append-only"), database.transaction() as connection:
        connection.execute(text(statement.format(table, column)))


def test_postgresql_refuses_to_truncate_too(database: Database) -> None:
    if database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")

    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as connection:
        connection.execute(text("TRUNCATE ledger CASCADE"))


@pytest.mark.parametrize(
    "hostile", ["a\0b", "half a character \ud800", "\U0001f600 ünïcode", "'; DROP TABLE"]
)
def test_text_that_no_column_takes_is_recorded_all_the_same(database: Database, hostile: str) -> None:
    with database.transaction() as connection:
        append_all(connection, [an_entry(hostile, body={hostile: [hostile]})])

    with database.reading() as connection:
        (stored,) = entries(connection)

    clean = hostile.replace("\ud800", "\ufffd")
    assert stored.ref == clean.replace("\0", "\ufffd")
    assert stored.body is not None
    assert json.loads(stored.body) == {clean: [clean]}


def test_a_body_is_a_dataclass_or_a_dict_written_with_sorted_keys() -> None:
    body = encode_body(a_disposition("chg-1", ticket="OPS-1").body)

    fields = json.loads(body)
    assert list(fields) == sorted(fields)
    assert fields["began_at"] == "2026-11-20T12:00:00Z"
    assert fields["ticket"] == "OPS-1"
    assert fields["reasons"] == ["a person, with console", "no ticket names the resource"]


def test_times_are_recorded_in_utc(sqlite_database: Database) -> None:
    there = datetime(2026, 11, 20, 14, tzinfo=timezone(timedelta(hours=2)))

    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry(recorded_at=there)])
        (stored,) = entries(connection)

    assert stored.recorded_at == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert b'"ts":"2026-11-20T12:00:00.000000Z"' in stored.leaf


def test_a_time_without_a_zone_is_refused(sqlite_database: Database) -> None:
    with (
        pytest.raises(ValueError, match="without a zone"),
        sqlite_database.transaction() as connection,
    ):
        append_all(connection, [an_entry(recorded_at=NOON.replace(tzinfo=None))])


def test_a_leaf_that_was_replaced_by_rubbish_is_named(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry()])
        written(connection).execute(text("DROP TRIGGER ledger_no_update"))
        connection.execute(text("UPDATE ledger SET leaf = x'00'"))

        with pytest.raises(LedgerIntegrityError, match="entry 0 of the ledger cannot be read"):
            list(entries(connection))


def test_a_missing_node_is_named(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry(), an_entry()])
        written(connection).execute(text("DROP TRIGGER ledger_node_no_delete"))
        connection.execute(text("DELETE FROM ledger_node"))

    with (
        sqlite_database.transaction() as connection,
        pytest.raises(LedgerIntegrityError, match="lacks the node 0 of level 1"),
    ):
        append_all(connection, [an_entry()])


def test_what_was_appended_is_read_within_the_same_transaction_and_is_gone_with_it(
    database: Database,
) -> None:
    """
    The rows of a transaction are written together, at its end or when they are asked for.
    """
    with suppress(ZeroDivisionError), database.transaction() as connection:
        append_all(connection, [an_entry()])
        assert [entry.seq for entry in entries(connection)] == [0]
        append_all(connection, [an_entry()])
        assert size_of(connection) == 2
        raise ZeroDivisionError

    with database.transaction() as connection:
        assert size_of(connection) == 0
        assert append(connection, kind=EntryKind.GAP, ref="r", body="b", recorded_at=NOON).seq == 0
    with database.transaction() as connection:
        assert append(connection, kind=EntryKind.GAP, ref="r", body="b", recorded_at=NOON).seq == 1
    with database.reading() as connection:
        assert [entry.seq for entry in entries(connection)] == [0, 1]


def test_an_entry_is_kept_by_whatever_transaction_it_is_appended_in(database: Database) -> None:
    with database.engine.begin() as connection:
        append_all(connection, [an_entry()])

    with database.reading() as connection:
        assert size_of(connection) == 1
