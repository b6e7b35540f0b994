"""Who went to a provider of OpenID Connect to sign in to the pages."""

import sqlalchemy as sa
from alembic import op

from drift.store.columns import Text, UtcTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "sign_in_begun",
        sa.Column("token", sa.String, nullable=False),
        sa.Column("ends_at", UtcTime, nullable=False),
        sa.Column("next", Text, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_sign_in_begun"),
        comment="Who went to the provider to sign in, and has not come back",
    )
    op.create_index("ix_sign_in_begun_ends_at", "sign_in_begun", ["ends_at"])
