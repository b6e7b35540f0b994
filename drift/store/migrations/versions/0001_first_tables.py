"""The first tables: working memory and ledger.

There is no way back from here: it would drop the evidence.
"""

import sqlalchemy as sa
from alembic import op

from drift.ledger.tables import append_only_ddl

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.String()
TIME = sa.DateTime(timezone=True)
JSON = sa.LargeBinary()
# Only as INTEGER is a key of SQLite the row's own number.
POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _ledger()
    _sources()
    _counts()
    _writes()
    _changes()
    _declared()
    _outbox()


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("seq", POSITION, autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger"),
    )
    op.create_table(
        "ledger_node",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name="pk_ledger_node"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "evidence_body",
        sa.Column("seq", POSITION, autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("seq", name="pk_evidence_body"),
        sa.ForeignKeyConstraint(["seq"], ["ledger.seq"], name="fk_evidence_body_seq"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", POSITION, autoincrement=False, nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoint"),
    )
    connection = op.get_bind()
    for table in ("ledger", "ledger_node", "checkpoint"):
        for statement in append_only_ddl(table, connection.dialect.name):
            connection.exec_driver_sql(statement)


def _sources() -> None:
    op.create_table(
        "meta",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "delivery",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source", "name", "version", name="pk_delivery"),
    )
    op.create_table(
        "source_cursor",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("cursor", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_source_cursor"),
    )


def _counts() -> None:
    op.create_table(
        "coverage",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("region", TEXT, nullable=False),
        sa.Column("from_at", TIME),
        sa.Column("to_at", TIME),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("unreadable", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "account", "region", name="pk_coverage"),
        comment="Read since the last coverage entry of the ledger",
    )
    op.create_table(
        "funnel",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("hour", TEXT, nullable=False),
        sa.Column("rule", TEXT, nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "account", "hour", "rule", name="pk_funnel"),
        comment="What became of every record that was read, so that the population can be reconciled",
    )


def _writes() -> None:
    op.create_table(
        "opened_session",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("opened_at", TIME),
        sa.Column("body", JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_opened_session"),
    )
    op.create_table(
        "write",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("occurred_at", TIME),
        sa.Column("ledger_seq", sa.BigInteger(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_write"),
    )
    op.create_index("ix_write_occurred_at", "write", ["occurred_at"])


def _changes() -> None:
    op.create_table(
        "change_session",
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_change_session"),
    )
    op.create_index("ix_change_session_actor", "change_session", ["actor", "account", "ended_at"])
    op.create_table(
        "change",
        sa.Column("change_id", TEXT, nullable=False),
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("resource_type", TEXT),
        sa.Column("resource_id", TEXT, nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=False),
        sa.Column("to_judge", sa.Boolean(), nullable=False),
        sa.Column("disposition", TEXT),
        sa.Column("severity", TEXT),
        sa.Column("judgement", JSON),
        sa.Column("judged_writes", sa.Integer()),
        sa.Column("ledger_seq", sa.BigInteger()),
        sa.PrimaryKeyConstraint("change_id", name="pk_change"),
        sa.ForeignKeyConstraint(["session_id"], ["change_session.session_id"], name="fk_change_session_id"),
    )
    op.create_index("ix_change_began_at", "change", ["began_at"])
    op.create_index("ix_change_session_resource", "change", ["session_id", "resource_id", "ended_at"])
    op.create_index("ix_change_resource", "change", ["resource_id", "began_at"])
    op.create_index("ix_change_disposition", "change", ["disposition", "began_at"])
    op.create_index(
        "ix_change_to_judge",
        "change",
        ["session_id"],
        sqlite_where=sa.text("to_judge = 1"),
        postgresql_where=sa.text("to_judge"),
    )
    op.create_table(
        "change_write",
        sa.Column("change_id", TEXT, nullable=False),
        sa.Column("write_key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("change_id", "write_key", name="pk_change_write"),
        sa.ForeignKeyConstraint(["change_id"], ["change.change_id"], name="fk_change_write_change_id"),
        sa.ForeignKeyConstraint(["write_key"], ["write.key"], name="fk_change_write_write_key"),
    )
    op.create_index("ix_change_write_write_key", "change_write", ["write_key"])


def _declared() -> None:
    op.create_table(
        "declared",
        sa.Column("baseline", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("resource_id", TEXT),
        sa.Column("account", TEXT),
        sa.Column("source", TEXT),
        sa.Column("compared_at", TIME),
        sa.PrimaryKeyConstraint("baseline", "address", name="pk_declared"),
        comment="Where each declared resource stands in the code",
    )
    op.create_index("ix_declared_resource_id", "declared", ["resource_id"])
    op.create_table(
        "finding",
        sa.Column("finding_id", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("resource_id", TEXT),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False),
        sa.Column("resolved_at", TIME),
        sa.Column("ledger_seq", sa.BigInteger(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.PrimaryKeyConstraint("finding_id", name="pk_finding"),
    )
    op.create_index("ix_finding_status", "finding", ["status"])
    op.create_index("ix_finding_resource_id", "finding", ["resource_id"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("notifier", TEXT, nullable=False),
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", TIME, nullable=False),
        sa.Column("last_error", TEXT),
        sa.Column("reference", TEXT),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("sent_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("client_id", name="uq_outbox_client_id"),
    )
    op.create_index("ix_outbox_due", "outbox", ["status", "next_attempt_at"])
    op.create_index("ix_outbox_session", "outbox", ["session_id", "notifier", "revision"])
