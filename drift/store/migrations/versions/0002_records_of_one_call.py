"""Several records may tell of one call: they wait for each other, and amend what was recorded.

Also rewrites what was kept of writes and sessions into the shape that the program reads now.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.String()
TIME = sa.DateTime(timezone=True)
JSON = sa.LargeBinary()

CALL = (
    *("cloud", "account", "region", "service", "action", "principal", "acting_service"),
    *("tools", "credentials", "source_ip", "user_agent"),
)
"""What stood in the event itself, and stands in its call now."""

CHUNK = 500


def upgrade() -> None:
    """Create the new tables and columns, and rewrite what is kept."""
    _held_records()
    _parts()
    _revisions()
    _sessions()
    for key, event in _bodies("write", _with_call):
        values = {"body": event, "key": key}
        op.get_bind().execute(sa.text("UPDATE write SET body = :body WHERE key = :key"), values)


def _held_records() -> None:
    op.create_table(
        "held_record",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("operation", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("held_until", TIME, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_held_record"),
        comment="Parts of operations that wait for the others",
    )
    op.create_index("ix_held_record_operation", "held_record", ["operation"])
    op.create_index("ix_held_record_held_until", "held_record", ["held_until"])


def _parts() -> None:
    op.create_table(
        "write_part",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("write_key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_write_part"),
        sa.ForeignKeyConstraint(["write_key"], ["write.key"], name="fk_write_part_write_key"),
        comment="The further records that tell of a write, so that a repeat is recognised",
    )
    for name in ("operation", "shared_id"):
        op.add_column("write", sa.Column(name, TEXT))
        op.create_index(f"ix_write_{name}", "write", [name])
    op.add_column("change_write", sa.Column("left_because", TEXT))


def _revisions() -> None:
    """A judgement was of so many writes: as many as joined the change."""
    op.add_column("change", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.execute("ALTER TABLE change RENAME COLUMN judged_writes TO judged_revision")
    op.execute(
        "UPDATE change SET revision ="
        " (SELECT count(*) FROM change_write WHERE change_write.change_id = change.change_id)"
    )


def _sessions() -> None:
    op.add_column("opened_session", sa.Column("expires_at", TIME))
    op.create_index("ix_opened_session_opened_at", "opened_session", ["opened_at"])
    for key, opened in _bodies("opened_session", _with_statements):
        values = {"body": opened, "key": key}
        op.get_bind().execute(sa.text("UPDATE opened_session SET body = :body WHERE key = :key"), values)


def _bodies(table: str, rewrite: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    """Yield every key of a table with its body rewritten, reading some rows at a time."""
    query = sa.text(f"SELECT key, body FROM {table} WHERE key > :after ORDER BY key LIMIT {CHUNK}")  # noqa: S608 - our own names
    after = ""
    while rows := op.get_bind().execute(query, {"after": after}).all():
        for key, body in rows:
            written = json.dumps(rewrite(json.loads(bytes(body))), sort_keys=True, separators=(",", ":"))
            yield key, written.encode()
        after = rows[-1][0]


def _with_call(write: dict[str, Any]) -> dict[str, Any]:
    """Gather what tells who called what with which program."""
    event = write["event"]
    call = {name: event.pop(name) for name in CALL}
    session_key = event.pop("session_key")
    event["call"] = {**call, "session_keys": [session_key] if session_key else []}
    if event["opens"]:
        event["opens"] = _with_statements(event["opens"])
    return write


def _with_statements(opened: dict[str, Any]) -> dict[str, Any]:
    """Keep the tags of a session as what they are used for: texts in which somebody may name a ticket."""
    tags = opened.pop("tags", [])
    said = [{"place": f"session tag {name}", "text": text, "trust": "session"} for name, text in tags]
    return {**opened, "statements": said}
