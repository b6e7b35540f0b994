"""Who is signed in to the pages, who may sign in once, and who is invited."""

import sqlalchemy as sa
from alembic import op

from drift.store.columns import Key, UtcTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "web_session",
        sa.Column("token", sa.String, nullable=False),
        sa.Column("began_at", UtcTime, nullable=False),
        sa.Column("seen_at", UtcTime, nullable=False),
        sa.Column("ends_at", UtcTime, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_web_session"),
        comment="Who is signed in to the pages",
    )
    op.create_index("ix_web_session_ends_at", "web_session", ["ends_at"])
    op.create_table(
        "sign_in_link",
        sa.Column("token", sa.String, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("ends_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_sign_in_link"),
        comment="Links that sign somebody in once",
    )
    op.create_table(
        "invitation",
        sa.Column("name", Key, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.Column("ledger_seq", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_invitation"),
        comment="Which auditors may read for a while",
    )
