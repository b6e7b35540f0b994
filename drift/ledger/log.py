"""Appends entries to the ledger and reads them back.

Appending runs in the caller's transaction, so that a fact and the state that follows
from it are kept together or not at all.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from drift.errors import LedgerIntegrityError
from drift.ledger.entry import (
    SALT_SIZE,
    Leaf,
    NewEntry,
    StoredEntry,
    clean_text,
    commit,
    decode_leaf,
    encode_body,
    encode_leaf,
    format_time,
)
from drift.ledger.merkle import Frontier, Node, NodeReader, hash_leaf
from drift.ledger.tables import erased_entry, evidence_body, ledger, ledger_node
from drift.model.evidence import EntryKind, EvidenceEntry
from drift.store.database import at_the_end, made_in_transaction, of_transaction
from drift.store.upsert import in_chunks

_POSTGRESQL_LOCK = 0x6472_6966_7400_0001
"""Names the ledger among the advisory locks of the database: "drift", then 1."""

_READ_AHEAD = 1000


def append(
    connection: Connection,
    *,
    kind: EntryKind,
    ref: str,
    body: object,
    recorded_at: datetime,
    links: tuple[int, ...] = (),
) -> EvidenceEntry:
    """Record one fact at the end of the ledger."""
    entry = NewEntry(kind=kind, ref=ref, body=body, recorded_at=recorded_at, links=links)
    return append_all(connection, [entry])[0]


def append_all(connection: Connection, entries: Sequence[NewEntry]) -> list[EvidenceEntry]:
    """Record facts at the end of the ledger, in their order.

    Writers wait for each other until the transaction ends, so that the sequence has no holes.
    The rows are written with its last statement, or as soon as the ledger is read within it.
    """
    if not entries:
        return []
    end = of_transaction(connection, _End)
    recorded = [end.add(entry) for entry in entries]
    if not end.is_deferred or len(end.rows) >= _READ_AHEAD:
        end.write(connection)
    return recorded


class _End:
    """The end of the ledger within one transaction: the tree's right edge, and rows not written yet."""

    def __init__(self, connection: Connection) -> None:
        lock(connection)
        self.is_deferred = at_the_end(connection, self.write)
        self.rows: list[tuple[int, str, str, str, bytes, bytes]] = []
        self._bodies: list[tuple[int, bytes, bytes]] = []
        self._nodes: list[Node] = []
        self._frontier = Frontier(_stored_size(connection), node_reader(connection))

    def add(self, entry: NewEntry) -> EvidenceEntry:
        """Take in one entry."""
        seq, ref, time = self._frontier.size, clean_text(entry.ref), format_time(entry.recorded_at)
        salt, body = os.urandom(SALT_SIZE), encode_body(entry.body)
        leaf = encode_leaf(
            Leaf(
                body_commit=commit(salt, body), kind=entry.kind, links=entry.links, ref=ref, seq=seq, ts=time
            )
        )
        leaf_hash = hash_leaf(leaf)
        self.rows.append((seq, time, entry.kind.value, ref, leaf, leaf_hash))
        self._bodies.append((seq, salt, body))
        self._nodes += self._frontier.add(leaf_hash)[1:]  # the leaf's own hash stands in its row
        return EvidenceEntry(
            seq=seq, recorded_at=entry.recorded_at, kind=entry.kind, ref=ref, leaf_hash=leaf_hash.hex()
        )

    def write(self, connection: Connection) -> None:
        """Write the rows that are not written yet."""
        _insert(connection, ledger, self.rows)
        _insert(connection, evidence_body, self._bodies)
        _insert(connection, ledger_node, self._nodes)
        self.rows, self._bodies, self._nodes = [], [], []


def written(connection: Connection) -> Connection:
    """Return the connection once everything that was appended in its transaction is written."""
    end = made_in_transaction(connection, _End)
    if end is not None:
        end.write(connection)
    return connection


def entries(
    connection: Connection, from_seq: int = 0, to_seq: int | None = None, *, kind: EntryKind | None = None
) -> Iterator[StoredEntry]:
    """Yield the entries from `from_seq` up to, not including, `to_seq`, in their order, all or of one kind.

    Raises:
        LedgerIntegrityError: A leaf cannot be read.
    """
    query = _stored.where(ledger.c.seq >= from_seq).order_by(ledger.c.seq)
    if to_seq is not None:
        query = query.where(ledger.c.seq < to_seq)
    if kind is not None:
        query = query.where(ledger.c.kind == kind.value)
    for row in written(connection).execute(query.execution_options(yield_per=_READ_AHEAD)):
        yield _entry(connection, row)


def entries_at(connection: Connection, seqs: Iterable[int]) -> Iterator[StoredEntry]:
    """Yield the entries with these numbers, in the order given; one that is not there is left out.

    Raises:
        LedgerIntegrityError: A leaf cannot be read.
    """
    for some in in_chunks(seqs):
        rows = written(connection).execute(_stored.where(ledger.c.seq.in_(some)))
        found = {row.seq: row for row in rows}
        yield from (_entry(connection, found[seq]) for seq in some if seq in found)


_stored = select(
    ledger.c.seq, ledger.c.leaf, ledger.c.leaf_hash, evidence_body.c.salt, evidence_body.c.body
).outerjoin(evidence_body, evidence_body.c.seq == ledger.c.seq)


def restated_body(connection: Connection, seq: int) -> bytes | None:
    """Return what is said again of an entry whose body was erased, `None` where nothing is.

    An erased one is known by its salt, without which no body can be held against the leaf.
    """
    salt = body = None
    while salt is None:
        again = connection.execute(
            select(erased_entry.c.restated_seq, evidence_body.c.salt, evidence_body.c.body)
            .outerjoin(evidence_body, evidence_body.c.seq == erased_entry.c.restated_seq)
            .where(erased_entry.c.seq == seq)
        ).one_or_none()
        if again is None:
            return None
        seq, salt, body = again
    return body


def _entry(connection: Connection, row: Sequence[Any]) -> StoredEntry:
    seq, stored = row[0], row[1:]
    leaf, leaf_hash, salt, body = map(_as_bytes, stored)
    try:
        facts = decode_leaf(leaf or b"")
        kind, recorded_at = EntryKind(facts.kind), datetime.fromisoformat(facts.ts)
    except ValueError as error:  # msgspec's errors are too
        raise LedgerIntegrityError(
            f"entry {seq} of the ledger cannot be read: {error}",
            hint="its row was altered, or a newer version wrote it: compare with a backup",
        ) from error
    return StoredEntry(
        seq=seq,
        kind=kind,
        ref=facts.ref,
        recorded_at=recorded_at,
        commitment=facts.body_commit,
        leaf=leaf or b"",
        leaf_hash=leaf_hash or b"",
        salt=salt,
        body=restated_body(connection, seq) if salt is None else body,
    )


def first_recorded_at(connection: Connection) -> datetime | None:
    """Return the time of the first entry, `None` in an empty ledger."""
    first = select(ledger.c.recorded_at).order_by(ledger.c.seq).limit(1)
    time: str | None = written(connection).execute(first).scalar_one_or_none()
    return None if time is None else datetime.fromisoformat(time)


def first_recorded_since(connection: Connection, time: datetime) -> int:
    """Return the number of the first entry that was recorded at `time` or later, or that will be."""
    query = select(func.min(ledger.c.seq)).where(ledger.c.recorded_at >= format_time(time))
    seq: int | None = written(connection).execute(query).scalar_one()
    return size_of(connection) if seq is None else seq


def size_of(connection: Connection) -> int:
    """Return how many entries the ledger has."""
    return _stored_size(written(connection))


def _stored_size(connection: Connection) -> int:
    last: int | None = connection.execute(select(func.max(ledger.c.seq))).scalar_one()
    return 0 if last is None else last + 1


def node_reader(connection: Connection) -> NodeReader:
    """Return a reader of the stored nodes.

    The reader raises `LedgerIntegrityError` for a node that should be there and is not.
    """
    written(connection)

    def read(level: int, index: int) -> bytes:
        if level:
            query = select(ledger_node.c.hash).where(ledger_node.c.level == level, ledger_node.c.idx == index)
        else:
            query = select(ledger.c.leaf_hash).where(ledger.c.seq == index)
        found: bytes | None = connection.execute(query).scalar_one_or_none()
        if found is None:
            raise LedgerIntegrityError(
                f"the ledger lacks the node {index} of level {level}",
                hint="rows were deleted from the database: restore it from a backup",
            )
        return found

    return read


def lock(connection: Connection) -> None:
    """Keep other writers of the ledger waiting until the transaction ends.

    On SQLite every write transaction already does.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRESQL_LOCK})


def _as_bytes(value: bytes | str | None) -> bytes | None:
    """SQLite keeps text in a column of bytes, if somebody edits the database by hand."""
    return value.encode() if isinstance(value, str) else value


def _insert(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows given in the order of the table's columns.

    Straight to the driver: what SQLAlchemy does for each parameter costs as much as the insert itself.
    """
    if rows:
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        names, marks = ", ".join(table.c.keys()), ", ".join(mark for _ in table.c)
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608 - only names of our own tables
