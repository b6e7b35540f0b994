"""Up to when the cloud vouches is kept for each trail: an account may have several, in each region.

Of which trail it was known before nobody can tell, so it stands under an empty name.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.String()
TIME = sa.DateTime(timezone=True)

KNOWN = """INSERT INTO attested (source, account, region, trail, up_to)
    SELECT source, account, region, '', attested_to FROM coverage WHERE attested_to IS NOT NULL"""


def upgrade() -> None:
    """Create the table, fill it from what is known, and drop that."""
    op.create_table(
        "attested",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("region", TEXT, nullable=False),
        sa.Column("trail", TEXT, nullable=False),
        sa.Column("up_to", TIME, nullable=False),
        sa.PrimaryKeyConstraint("source", "account", "region", "trail", name="pk_attested"),
        comment="Up to when the cloud vouches for each trail",
    )
    op.execute(KNOWN)
    op.drop_column("coverage", "attested_to")
