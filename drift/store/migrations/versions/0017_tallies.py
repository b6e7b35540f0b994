"""How many of the records that were counted stand in the ledger already."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: of what was counted so far, the ledger has nothing."""
    op.add_column("funnel", sa.Column("recorded", sa.BigInteger(), nullable=False, server_default="0"))
