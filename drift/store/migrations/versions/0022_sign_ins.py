"""Which sign-ins to consoles are recorded."""

import sqlalchemy as sa
from alembic import op

from drift.store.columns import Key, UtcTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "sign_in",
        sa.Column("event_key", Key, nullable=False),
        sa.Column("recorded_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("event_key", name="pk_sign_in"),
    )
