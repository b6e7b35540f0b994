"""The tables of the ledger, and the triggers that keep them append-only.

The triggers are a belt: they stop mistakes. What stops an operator who may drop them
is the Merkle tree, whose signed root is known outside the database.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    event,
    text,
)

from drift.store.metadata import metadata

# Only as INTEGER is a key of SQLite the row's own number, and costs no second index.
_Position = BigInteger().with_variant(Integer, "sqlite")

IS_SELDOM = text(
    "kind NOT IN ('observation', 'amendment', 'disposition', 'tally', 'coverage', 'comparison', 'heartbeat')"
)
"""Of entries that are found by their kind: an index of all would slow the writer. Said in each such query."""

IS_ABOUT_SOMETHING = text(
    "kind NOT IN ('observation', 'amendment', 'tally', 'coverage', 'comparison', 'heartbeat')"
)
"""Of entries that are found by what they are about. Those about a write are found by the write itself."""

ledger = Table(
    "ledger",
    metadata,
    Column("seq", _Position, primary_key=True, autoincrement=False),
    Column("recorded_at", String(27), nullable=False),
    Column("kind", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Index("ix_ledger_kind", "kind", "seq", sqlite_where=IS_SELDOM, postgresql_where=IS_SELDOM),
    Index(
        "ix_ledger_ref", "ref", "seq", sqlite_where=IS_ABOUT_SOMETHING, postgresql_where=IS_ABOUT_SOMETHING
    ),
)
"""One row per entry. `leaf` holds the hashed bytes; the columns before it repeat parts of it for queries."""

ledger_node = Table(
    "ledger_node",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""The complete nodes from level 1 upwards; level 0 is `ledger.leaf_hash`."""

evidence_body = Table(
    "evidence_body",
    metadata,
    Column("seq", _Position, ForeignKey(ledger.c.seq), primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=True),
    Column("body", LargeBinary, nullable=True),
)
"""What an entry says. Erasing it takes the salt as well: with that kept, a short body could be guessed."""

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", _Position, primary_key=True, autoincrement=False),
    Column("root", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("made_at", String(27), nullable=False),
)
"""The signed sizes and roots, each with its note."""

erased_entry = Table(
    "erased_entry",
    metadata,
    Column("seq", _Position, ForeignKey(ledger.c.seq), primary_key=True, autoincrement=False),
    Column("restated_seq", _Position, ForeignKey(ledger.c.seq), nullable=False),
)
"""Whose body was erased, and which entry says again what may stay. It follows from the ledger itself."""

APPEND_ONLY = (ledger, ledger_node, checkpoint)
"""The tables whose rows never change and never go."""


def append_only_ddl(table: str, dialect: str) -> tuple[str, ...]:
    """Return the statements that make a table append-only, for `sqlite` or `postgresql`."""
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("update", "delete")
        )
    each_row = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    return (
        _POSTGRESQL_REFUSAL,
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} {each_row}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()",
    )


_POSTGRESQL_REFUSAL = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
)


def _protect(table: Table, connection: Connection, **_: object) -> None:
    for statement in append_only_ddl(table.name, connection.dialect.name):
        connection.exec_driver_sql(statement)


for _table in APPEND_ONLY:
    event.listen(_table, "after_create", _protect)
