"""Reports on their way by mail."""

import sqlalchemy as sa
from alembic import op

from drift.store.columns import Key, Text, UtcTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "report_mail",
        sa.Column("mail", Key, nullable=False),
        sa.Column("period", Key, nullable=False),
        sa.Column("address", Key, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("letter", sa.LargeBinary()),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("checkpoint_size", sa.BigInteger()),
        sa.Column("checkpoint_root", sa.String()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UtcTime, nullable=False),
        sa.Column("error", Text),
        sa.Column("hint", Text),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("sent_at", UtcTime),
        sa.PrimaryKeyConstraint("mail", "period", "address", name="pk_report_mail"),
        comment="Reports on their way by mail, for each address",
    )
    op.create_index("ix_report_mail_due", "report_mail", ["status", "next_attempt_at"])
