"""How repositories are controlled, what is wrong with that, and the runs that made changes."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT = sa.String()
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "pipeline_control",
        sa.Column("host", TEXT, nullable=False),
        sa.Column("repository", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("captured_at", TIME, nullable=False),
        sa.Column("ledger_seq", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("host", "repository", name="pk_pipeline_control"),
        comment="How each repository is controlled, as it was read last",
    )
    op.create_table(
        "control_finding",
        sa.Column("host", TEXT, nullable=False),
        sa.Column("repository", TEXT, nullable=False),
        sa.Column("weakness", TEXT, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("ledger_seq", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("host", "repository", "weakness", name="pk_control_finding"),
        comment="What is wrong with how repositories are controlled",
    )
    op.create_table(
        "deployment",
        sa.Column("repository", TEXT, nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("head_sha", TEXT, nullable=False),
        sa.Column("pull_request", sa.Integer()),
        sa.Column("is_failed", sa.Boolean(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=False),
        sa.Column("recorded_at", TIME),
        sa.PrimaryKeyConstraint("repository", "run_id", name="pk_deployment"),
        comment="Runs of pipelines that made changes, which their hosts forget after a while",
    )
    op.create_index("ix_deployment_recorded_at", "deployment", ["recorded_at"])
    op.create_table(
        "deployment_change",
        sa.Column("repository", TEXT, nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("change_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("repository", "run_id", "change_id", name="pk_deployment_change"),
        comment="Which changes each run made",
    )
