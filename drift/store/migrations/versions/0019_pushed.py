"""Which parcels of a pack have arrived where."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "pushed",
        sa.Column("sink", sa.String(), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.Column("parcel", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sink", "pack", "parcel", name="pk_pushed"),
        comment="Which parcels of a pack have arrived where, until all have",
    )
