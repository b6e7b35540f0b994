"""The tables of the working memory. The ledger's own stand in `drift.ledger.tables`."""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    TypeDecorator,
)

from drift.store.metadata import metadata


class UtcTime(TypeDecorator[datetime]):
    """Aware times in UTC. SQLite knows no time zones: cut on the way in, put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse naive times, which would silently mean local ones."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times in the store are aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return the time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Text(TypeDecorator[str]):
    """Text from outside: PostgreSQL refuses NUL, so it is shown as the replacement character."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Replace NUL characters."""
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if value else value


meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("source", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("position", Integer, nullable=False),  # records already taken from it
    Column("is_complete", Boolean, nullable=False),
)

source_cursor = Table(
    "source_cursor",
    metadata,
    Column("source", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
)

coverage = Table(
    "coverage",
    metadata,
    Column("source", Text, primary_key=True),
    Column("account", Text, primary_key=True),  # empty: the record named none
    Column("region", Text, primary_key=True),
    Column("from_at", UtcTime),
    Column("to_at", UtcTime),
    Column("records", Integer, nullable=False),
    Column("unreadable", Integer, nullable=False),
    comment="Read since the last coverage entry of the ledger",
)

funnel = Table(
    "funnel",
    metadata,
    Column("source", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("hour", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("records", Integer, nullable=False),
    comment="What became of every record that was read, so that the population can be reconciled",
)

opened_session = Table(
    "opened_session",
    metadata,
    Column("key", Text, primary_key=True),
    Column("opened_at", UtcTime),
    Column("body", LargeBinary, nullable=False),
)

write = Table(
    "write",
    metadata,
    Column("key", Text, primary_key=True),
    Column("occurred_at", UtcTime, index=True),
    Column("ledger_seq", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

change_session = Table(
    "change_session",
    metadata,
    Column("session_id", String, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime, nullable=False),
    Index("ix_change_session_actor", "actor", "account", "ended_at"),
)

change = Table(
    "change",
    metadata,
    Column("change_id", String, primary_key=True),
    Column("session_id", String, ForeignKey("change_session.session_id"), nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("resource_type", Text),
    Column("resource_id", Text, nullable=False),
    Column("began_at", UtcTime, nullable=False, index=True),
    Column("ended_at", UtcTime, nullable=False),
    Column("to_judge", Boolean, nullable=False),
    Column("disposition", String, index=True),  # of the last judgement, null before the first
    Column("severity", String),
    Column("judgement", LargeBinary),
    Column("judged_writes", Integer),
    Column("ledger_seq", Integer),
    Index("ix_change_actor", "actor", "account", "resource_id", "ended_at"),
    Index("ix_change_resource", "resource_id"),
)

change_write = Table(
    "change_write",
    metadata,
    Column("change_id", String, ForeignKey("change.change_id"), primary_key=True),
    Column("write_key", Text, ForeignKey("write.key"), primary_key=True),
)

declared = Table(
    "declared",
    metadata,
    Column("baseline", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("resource_id", Text),
    Column("source", Text),
    Column("compared_at", UtcTime),  # null: it could not be compared
    Index("ix_declared_resource_id", "resource_id"),
    comment="Where each declared resource stands in the code",
)

finding = Table(
    "finding",
    metadata,
    Column("finding_id", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("resource_id", Text),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("resolved_at", UtcTime),
    Column("ledger_seq", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_finding_resource_id", "resource_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("client_id", String, nullable=False, unique=True),
    Column("notifier", Text, nullable=False),
    Column("session_id", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("status", String, nullable=False),  # queued, sent, dead
    Column("payload", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcTime, nullable=False),
    Column("last_error", Text),
    Column("reference", Text),  # the message at the channel, once it was accepted
    Column("created_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Index("ix_outbox_due", "status", "next_attempt_at"),
    Index("ix_outbox_session", "session_id", "notifier", "revision"),
)
