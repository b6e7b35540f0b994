"""In which organisational unit each account lies."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "account_unit",
        sa.Column("tree", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tree", "account", name="pk_account_unit"),
        comment="In which organisational unit each account lies, as each organisation was last read",
    )
    op.create_index("ix_account_unit_account", "account_unit", ["account"])
