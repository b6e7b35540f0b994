"""Who opened a session may be told after the writes that were made in it.

So what was opened again keeps its order in time, and it is kept which writes a late opening concerns.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.String()
TIME = sa.DateTime(timezone=True)
JSON = sa.LargeBinary()

KEEP = "CREATE TEMPORARY TABLE moved AS SELECT key, opened_at, expires_at, body FROM opened_session"
PUT_BACK = "INSERT INTO opened_session SELECT key, opened_at, expires_at, body FROM moved"


def upgrade() -> None:
    """Key the sessions by their time as well, and create the table of the writes made in them."""
    op.execute(KEEP)
    op.drop_table("opened_session")
    op.create_table(
        "opened_session",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("body", JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", "opened_at", name="pk_opened_session"),
    )
    op.create_index("ix_opened_session_opened_at", "opened_session", ["opened_at"])
    op.execute(PUT_BACK)
    op.drop_table("moved")
    op.create_table(
        "write_session",
        sa.Column("session_key", TEXT, nullable=False),
        sa.Column("write_key", TEXT, nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("session_key", "write_key", name="pk_write_session"),
        sa.ForeignKeyConstraint(["write_key"], ["write.key"], name="fk_write_session_write_key"),
        comment="In which sessions a write was made, whether or not it is known who opened them",
    )
    op.create_index("ix_write_session_occurred_at", "write_session", ["occurred_at"])
