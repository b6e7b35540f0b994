"""How each job ended is kept; a resource can be compared by itself; what a queue delivered is forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.String()
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table of jobs, and the two times."""
    op.create_table(
        "job_run",
        sa.Column("job", TEXT, nullable=False),
        sa.Column("last_success_at", TIME),
        sa.Column("last_failure_at", TIME),
        sa.Column("last_error", TEXT),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("job", name="pk_job_run"),
        comment="How each job of the schedule ended when it last ran",
    )
    op.add_column("declared", sa.Column("compared_at", TIME))
    op.add_column("delivery", sa.Column("settled_at", TIME))
    op.create_index("ix_delivery_settled_at", "delivery", ["settled_at"])
