"""Who owns the code of what is declared, by CODEOWNERS, and what it is tagged with."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and have the next comparison of each state fill them."""
    op.add_column("declared", sa.Column("code_owners", sa.String()))
    op.add_column("declared", sa.Column("tags", sa.String()))
    op.execute(sa.text("UPDATE baseline SET fingerprint = ''"))
