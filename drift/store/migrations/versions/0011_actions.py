"""What people do about changes and findings, and what emergencies still ask for."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.String()
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables; nobody has done anything yet."""
    op.create_table(
        "action",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("ref", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("ledger_seq", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_action"),
        comment="What people did about changes and findings",
    )
    op.create_index("ix_action_ref", "action", ["ref", "ledger_seq"])
    op.create_index("ix_action_kind", "action", ["kind", "at"])
    op.create_table(
        "emergency",
        sa.Column("change_id", TEXT, nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("noted_at", TIME, nullable=False),
        sa.Column("closed_at", TIME),
        sa.PrimaryKeyConstraint("change_id", name="pk_emergency"),
        sa.ForeignKeyConstraint(["change_id"], ["change.change_id"], name="fk_emergency_change_id"),
        comment="Changes in an emergency, until everything that it asks for is done",
    )
    op.create_index("ix_emergency_began_at", "emergency", ["began_at"])
    op.create_table(
        "reminder",
        sa.Column("change_id", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("change_id", "step", "percent", name="pk_reminder"),
        comment="Of which deadline of an emergency people were reminded when",
    )
    op.add_column("change", sa.Column("actions", sa.Integer(), nullable=False, server_default="0"))
