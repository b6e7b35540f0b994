"""Whose bodies were erased from the ledger, and which entries say again what may stay."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_Position = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "erased_entry",
        sa.Column("seq", _Position, autoincrement=False, nullable=False),
        sa.Column("restated_seq", _Position, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_erased_entry"),
        sa.ForeignKeyConstraint(["seq"], ["ledger.seq"], name="fk_erased_entry_seq"),
        sa.ForeignKeyConstraint(["restated_seq"], ["ledger.seq"], name="fk_erased_entry_restated_seq"),
    )
