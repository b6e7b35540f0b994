"""Each source and baseline is observed first, and alerts once somebody has enrolled what it tells of.

A store of before goes on as it did: it alerts about everything, and calls no finding pre-existing.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.String()
TIME = sa.DateTime(timezone=True)

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

SOURCES = "INSERT INTO watched (kind, name, since) SELECT DISTINCT 'source', source, :since FROM funnel"

DISCOVERY = """INSERT INTO watched (kind, name, since, opened_at)
    SELECT 'discovery', '', :since, :since WHERE EXISTS (SELECT 1 FROM baseline)"""

EVERYTHING = """INSERT INTO enrolment (scope, kind, name, mode, since, by)
    SELECT 'everything', 'everything', '', 'enforce', :since, 'a version without enrolment'
    WHERE EXISTS (SELECT 1 FROM funnel) OR EXISTS (SELECT 1 FROM baseline)"""


def upgrade() -> None:
    """Create the tables, and fill them from what is kept."""
    op.create_table(
        "watched",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("opened_at", TIME),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_watched"),
        comment="Since when each source and baseline is watched",
    )
    op.create_table(
        "source_account",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("source", "account", name="pk_source_account"),
        comment="Which accounts each source tells of",
    )
    op.create_table(
        "enrolment",
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("mode", TEXT, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("ledger_seq", sa.BigInteger()),
        sa.PrimaryKeyConstraint("scope", name="pk_enrolment"),
        comment="Which parts of the estate alert, and which are only observed",
    )
    op.add_column("finding", sa.Column("owner", TEXT))
    op.add_column("finding", sa.Column("due_at", TIME))
    op.add_column("baseline", sa.Column("name", TEXT))
    _go_on()


def _go_on() -> None:
    """Have what was watched before go on to alert. Nobody knows since when, so it is since ever."""
    since = sa.bindparam("since", LONG_AGO, TIME)
    for statement in (SOURCES, DISCOVERY, EVERYTHING):
        op.get_bind().execute(sa.text(statement).bindparams(since))
    op.execute("INSERT INTO source_account (source, account) SELECT DISTINCT source, account FROM funnel")
    opened = sa.text(
        "INSERT INTO watched (kind, name, since, opened_at) VALUES ('baseline', :name, :since, :since)"
    ).bindparams(since)
    for name in sorted(_baselines()):
        op.get_bind().execute(opened, {"name": name, "since": LONG_AGO})


def _baselines() -> set[str]:
    """Return the names of the baselines: they stand in `meta`, each beside the path of a state of it."""
    origins = set(op.get_bind().execute(sa.text("SELECT baseline FROM baseline")).scalars())
    keys = op.get_bind().execute(sa.text("SELECT key FROM meta WHERE key LIKE 'baseline/%'")).scalars()
    pairs = [key.removeprefix("baseline/") for key in keys]
    return {
        pair.removesuffix(f"/{origin}") for pair in pairs for origin in origins if pair.endswith(f"/{origin}")
    }
