"""A change that was taken in as history is known to be, so that nobody is told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take everything that is there for live: it was, or the setting would not have existed."""
    op.add_column("change", sa.Column("is_history", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Forget which changes nobody was to be told of."""
    op.drop_column("change", "is_history")
