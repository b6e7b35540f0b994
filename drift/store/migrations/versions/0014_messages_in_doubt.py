"""A message says how severe it is, since when it is in doubt, and which digest tells it with others."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what waits is given the severity that stands in its payload."""
    op.add_column("outbox", sa.Column("severity", sa.String(), nullable=False, server_default="medium"))
    op.add_column("outbox", sa.Column("attempted_at", sa.DateTime(timezone=True)))
    op.add_column("outbox", sa.Column("folded_into", sa.Integer()))
    op.create_index("ix_outbox_sent", "outbox", ["notifier", "sent_at"])
    op.create_index("ix_outbox_folded", "outbox", ["folded_into"])
    outbox = sa.table("outbox", sa.column("id"), sa.column("status"), sa.column("payload"))
    waiting = sa.select(outbox.c.id, outbox.c.payload).where(outbox.c.status.in_(("queued", "dead")))
    for row_id, payload in op.get_bind().execute(waiting).all():
        severity = json.loads(payload)["severity"]
        op.execute(
            sa.text("UPDATE outbox SET severity = :severity WHERE id = :id").bindparams(
                severity=severity, id=row_id
            )
        )
