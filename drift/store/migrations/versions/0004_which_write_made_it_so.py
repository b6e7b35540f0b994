"""Every name of a declared resource leads to its address; what a state declares is kept while it says so."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.String()
TIME = sa.DateTime(timezone=True)

CHUNK = 500


def upgrade() -> None:
    """Create the index of names, and fill it from what is kept."""
    _baselines()
    _declared()
    _names()
    _changes()


def _baselines() -> None:
    op.create_table(
        "baseline",
        sa.Column("baseline", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("declared_since", TIME, nullable=False),
        sa.Column("compared_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("baseline", name="pk_baseline"),
        comment="Each state that was compared, as it was read last",
    )
    # The empty fingerprint has the next comparison write the rows anew. Nobody knows since when a
    # state says what it says, so it is taken to be since that comparison.
    never = datetime(1970, 1, 1, tzinfo=UTC)
    op.get_bind().execute(
        sa.text(
            "INSERT INTO baseline (baseline, fingerprint, sha256, declared_since, compared_at)"
            " SELECT baseline, '', '', coalesce(max(compared_at), :never), coalesce(max(compared_at), :never)"
            " FROM declared GROUP BY baseline"
        ).bindparams(sa.bindparam("never", never, TIME))
    )


def _declared() -> None:
    for name in ("region", "provider", "known_as"):
        op.add_column("declared", sa.Column(name, TEXT))
    op.add_column(
        "declared", sa.Column("is_compared", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    false = "false" if op.get_bind().dialect.name == "postgresql" else "0"
    op.execute(f"UPDATE declared SET is_compared = {false} WHERE compared_at IS NULL")  # noqa: S608 - our own text
    op.drop_column("declared", "compared_at")
    op.drop_index("ix_declared_resource_id", "declared")
    op.create_index("ix_declared_address", "declared", ["address"])


def _names() -> None:
    op.create_table(
        "declared_name",
        sa.Column("baseline", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("of_type", TEXT, nullable=False),
        sa.Column("exact", TEXT),
        sa.Column("is_unique", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("baseline", "address", "name", "of_type", name="pk_declared_name"),
        comment="By which texts calls may name each declared resource",
    )
    op.create_index("ix_declared_name_name", "declared_name", ["name"])
    false = "false" if op.get_bind().dialect.name == "postgresql" else "0"
    op.execute(
        "INSERT INTO declared_name (baseline, address, name, of_type, exact, is_unique)"  # noqa: S608 - our own text
        f" SELECT baseline, address, lower(resource_id), '', resource_id, {false}"
        " FROM declared WHERE resource_id IS NOT NULL"
    )


def _changes() -> None:
    """Let changes be found by the id of their resource in lower case."""
    for name in ("resource_key", "outer_key"):
        op.add_column("change", sa.Column(name, TEXT))
    query = sa.text(
        f"SELECT change_id, resource_id FROM change WHERE change_id > :after ORDER BY change_id LIMIT {CHUNK}"  # noqa: S608 - our own number
    )
    after = ""
    while rows := op.get_bind().execute(query, {"after": after}).all():
        for change_id, resource_id in rows:
            key = resource_id.lower()
            outer = key.rsplit("/", 2)[0] if key.startswith("/") else ""
            op.get_bind().execute(
                sa.text("UPDATE change SET resource_key = :key, outer_key = :outer WHERE change_id = :id"),
                {"key": key, "outer": outer or None, "id": change_id},
            )
        after = rows[-1][0]
    op.drop_index("ix_change_resource", "change")
    op.create_index("ix_change_resource", "change", ["resource_key", "began_at"])
    op.create_index("ix_change_outer", "change", ["outer_key", "began_at"])
