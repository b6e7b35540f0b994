"""Up to when each source is read, what was not seen and lies in quarantine, alarms, and canaries."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.String()
TIME = sa.DateTime(timezone=True)
JSON = sa.LargeBinary()
NUMBER = sa.BigInteger()

COMMENT = "Of each account and region: what was read since the last coverage entry of the ledger"


def upgrade() -> None:
    """Add columns to the coverage, which keeps its rows from now on, and create the tables."""
    for name in ("heard_at", "covered_from", "recorded_to", "recorded_at", "attested_to"):
        op.add_column("coverage", sa.Column(name, TIME))
    op.execute("UPDATE coverage SET heard_at = to_at")
    if op.get_bind().dialect.supports_comments:
        op.create_table_comment("coverage", COMMENT)
    _coverage_tables()
    _quarantine_table()
    _alarm_tables()


def _coverage_tables() -> None:
    op.create_table(
        "source_read",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("read_at", TIME, nullable=False),
        sa.Column("read_up_to", TIME, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_source_read"),
        comment="Up to when each source is read",
    )
    op.create_table(
        "coverage_gap",
        sa.Column("gap_id", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("ledger_seq", NUMBER, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.PrimaryKeyConstraint("gap_id", name="pk_coverage_gap"),
        comment="Gaps that are open, but for single records: those are in quarantine",
    )
    op.create_index("ix_coverage_gap_source", "coverage_gap", ["source"])


def _quarantine_table() -> None:
    op.create_table(
        "quarantine",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("delivered_as", TEXT, nullable=False),
        sa.Column("sha256", TEXT),
        sa.Column("error", TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("next_attempt_at", TIME),
        sa.PrimaryKeyConstraint("source", "name", "version", "idx", name="pk_quarantine"),
        comment="What was delivered and could not be read",
    )


def _alarm_tables() -> None:
    op.create_table(
        "alarm",
        sa.Column("alarm_id", TEXT, nullable=False),
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("ledger_seq", NUMBER, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.PrimaryKeyConstraint("alarm_id", name="pk_alarm"),
    )
    op.create_index("ix_alarm_slug", "alarm", ["slug", "subject"])
    op.create_table(
        "canary",
        sa.Column("token", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("resource", TEXT, nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("error", TEXT),
        sa.Column("seen_at", TIME),
        sa.Column("event", TEXT),
        sa.PrimaryKeyConstraint("token", name="pk_canary"),
        comment="Writes of our own, by which the watch is tried",
    )
    op.create_index("ix_canary_name", "canary", ["name"])
