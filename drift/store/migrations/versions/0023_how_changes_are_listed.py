"""How each judged change is listed, and by what findings and entries are found, so that no page reads all."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

from drift.store.columns import Key, SortedKey, Text, UtcTime, as_key

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

CHUNK = 500

LONGEST_SUMMARY = 200

CHANNELS = ("service", "pipeline", "automation", "unknown", "manual", "console")
"""By how much they ask of whoever used them."""

HAS_TICKET = sa.text("ticket IS NOT NULL")

HAS_APPROVER = sa.text("approver_key IS NOT NULL")

KIND = ("disposition", "severity", "channel", "lane", "environment", "needs")

KINDS = sa.table("change_kind", *map(sa.column, KIND))

COLUMNS = (
    sa.Column("change_id", sa.String, nullable=False),
    sa.Column("began_at", UtcTime, nullable=False),
    sa.Column("kind", sa.Integer, nullable=False),
    sa.Column("actor", Key, nullable=False),
    sa.Column("actor_key", Key, nullable=False),
    sa.Column("actor_kind", sa.String, nullable=False),
    sa.Column("tool", sa.String, nullable=False),
    sa.Column("account", Key),
    sa.Column("resource_type", Key),
    sa.Column("resource_id", Key, nullable=False),
    sa.Column("resource_key", SortedKey, nullable=False),
    sa.Column("address", Key),
    sa.Column("ticket", Key),
    sa.Column("approver_key", Key),
    sa.Column("summary", Text, nullable=False),
    sa.Column("writes", sa.Integer, nullable=False),
    sa.Column("is_history", sa.Boolean, nullable=False),
)

JUDGED = sa.text(
    "SELECT change_id, resource_type, resource_id, is_history, judgement FROM change"
    " WHERE change_id > :after AND judgement IS NOT NULL ORDER BY change_id LIMIT :count"
)

WRITES = (
    sa.text(
        "SELECT change_write.change_id, write.occurred_at, write.body, change_write.left_because"
        " FROM change_write JOIN write ON write.key = change_write.write_key"
        " WHERE change_write.change_id IN :ids ORDER BY write.occurred_at, write.key"
    )
    .bindparams(sa.bindparam("ids", expanding=True))
    .columns(occurred_at=UtcTime)
)


IS_SELDOM = sa.text(
    "kind NOT IN ('observation', 'amendment', 'disposition', 'tally', 'coverage', 'comparison', 'heartbeat')"
)

IS_ABOUT_SOMETHING = sa.text(
    "kind NOT IN ('observation', 'amendment', 'tally', 'coverage', 'comparison', 'heartbeat')"
)

FINDINGS = sa.text(
    "SELECT finding_id, body FROM finding WHERE finding_id > :after ORDER BY finding_id LIMIT :count"
)

PLACES = ("account", "type", "baseline", "address")

FOUND = sa.table("finding", *map(sa.column, ("finding_id", *PLACES)))


ACTIONS = sa.text("SELECT key, body FROM action WHERE key > :after ORDER BY key LIMIT :count")

DONE = sa.table("action", sa.column("key"), sa.column("by_key"))


class Call(msgspec.Struct):
    account: str | None


class Event(msgspec.Struct):
    call: Call
    summary: str


class Actor(msgspec.Struct):
    kind: str
    name: str


class Classification(msgspec.Struct):
    tool: str
    channel: str
    lane: str


class Write(msgspec.Struct):
    event: Event
    actor: Actor
    classification: Classification


class Ticket(msgspec.Struct):
    key: str


class Match(msgspec.Struct):
    ticket: Ticket | None = None
    approver: str | None = None
    approved_at: str | None = None


class Standing(msgspec.Struct):
    address: str | None = None
    findings: tuple[msgspec.Raw, ...] = ()


class Decision(msgspec.Struct):
    disposition: str
    severity: str
    alert: bool
    environment: str | None
    is_withheld: bool = False


class Finding(msgspec.Struct):
    type: str
    account: str | None = None
    baseline: str | None = None
    address: str | None = None


class Doer(msgspec.Struct):
    name: str


class Action(msgspec.Struct):
    by: Doer


class Judgement(msgspec.Struct):
    match: Match
    standing: Standing
    decision: Decision
    corrected_actor: str | None = None


judgement_of = msgspec.json.Decoder(Judgement).decode
finding_of = msgspec.json.Decoder(Finding).decode
action_of = msgspec.json.Decoder(Action).decode
write_of = msgspec.json.Decoder(Write).decode


def upgrade() -> None:
    """Create the tables, and fill them from what was concluded; their indexes last, which is faster."""
    _changes()
    _findings()
    _actions()
    op.create_index(
        "ix_ledger_kind", "ledger", ["kind", "seq"], sqlite_where=IS_SELDOM, postgresql_where=IS_SELDOM
    )
    op.create_index(
        "ix_ledger_ref",
        "ledger",
        ["ref", "seq"],
        sqlite_where=IS_ABOUT_SOMETHING,
        postgresql_where=IS_ABOUT_SOMETHING,
    )


def _changes() -> None:
    op.create_table(
        "change_kind",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("disposition", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("lane", sa.String, nullable=False),
        sa.Column("environment", Key, nullable=False),
        sa.Column("needs", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_change_kind"),
        comment="What many judged changes have in common, each combination once",
    )
    op.create_index("ix_change_kind", "change_kind", KIND, unique=True)
    line = op.create_table(
        "change_line",
        *COLUMNS,
        sa.PrimaryKeyConstraint("change_id", name="pk_change_line"),
        sa.ForeignKeyConstraint(["change_id"], ["change.change_id"], name="fk_change_line_change_id"),
        sa.ForeignKeyConstraint(["kind"], ["change_kind.number"], name="fk_change_line_kind"),
        comment="How each judged change is listed: pages find theirs without opening a judgement",
    )
    _fill(op.get_bind(), line)
    for name, column in (
        ("began", ()),
        ("kind", ("kind",)),
        ("actor", ("actor_key",)),
        ("account", ("account",)),
        ("type", ("resource_type",)),
        ("resource", ("resource_key",)),
    ):
        op.create_index(f"ix_change_line_{name}", "change_line", [*column, "began_at", "change_id"])
    op.create_index(
        "ix_change_line_ticket",
        "change_line",
        ["ticket", "began_at", "change_id"],
        sqlite_where=HAS_TICKET,
        postgresql_where=HAS_TICKET,
    )
    op.create_index(
        "ix_change_line_approver",
        "change_line",
        ["approver_key", "began_at", "change_id"],
        sqlite_where=HAS_APPROVER,
        postgresql_where=HAS_APPROVER,
    )


def _findings() -> None:
    for name in PLACES:
        op.add_column("finding", sa.Column(name, Key))
    connection, after = op.get_bind(), ""
    while rows := connection.execute(FINDINGS, {"after": after, "count": CHUNK}).all():
        for row in rows:
            one = finding_of(row.body)
            values = {name: as_key(value) for name, value in msgspec.structs.asdict(one).items() if value}
            connection.execute(sa.update(FOUND).where(FOUND.c.finding_id == row.finding_id).values(values))
        after = rows[-1].finding_id
    op.drop_index("ix_finding_status", "finding")
    for name, column in (
        ("seen", ()),
        ("stands", ("status",)),
        ("account", ("account",)),
        ("type", ("type",)),
    ):
        op.create_index(f"ix_finding_{name}", "finding", [*column, "first_seen_at", "finding_id"])


def _actions() -> None:
    op.add_column("action", sa.Column("by_key", Key))
    connection, after = op.get_bind(), ""
    while rows := connection.execute(ACTIONS, {"after": after, "count": CHUNK}).all():
        for row in rows:
            by = as_key(action_of(row.body).by.name.lower())
            connection.execute(sa.update(DONE).where(DONE.c.key == row.key).values(by_key=by))
        after = rows[-1].key
    op.create_index("ix_action_by", "action", ["by_key", "at"])


def _fill(connection: sa.Connection, line: sa.Table) -> None:
    kinds: dict[tuple[Any, ...], int] = {}
    after = ""
    while rows := connection.execute(JUDGED, {"after": after, "count": CHUNK}).all():
        writes: dict[str, list[Any]] = {row.change_id: [] for row in rows}
        for row in connection.execute(WRITES, {"ids": list(writes)}):
            writes[row.change_id].append(row)
        lines = [
            {"kind": _kind_number(connection, kinds, kind), **values}
            for row in rows
            for kind, values in _line(row, writes[row.change_id])
        ]
        if lines:
            connection.execute(sa.insert(line), lines)
        after = rows[-1].change_id


def _line(row: Any, writes: list[Any]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Yield the kind and the line of a change; nothing of one that has no writes, which no program leaves."""
    staying = [one for one in writes if one.left_because is None]
    shown = staying or writes
    if not shown:
        return
    judgement, made = judgement_of(row.judgement), [write_of(one.body) for one in shown]
    decision, first, last = judgement.decision, made[0], made[-1]
    is_emergency = any(one.classification.lane == "emergency" for one in made)
    actor = judgement.corrected_actor or first.actor.name
    kind = (
        decision.disposition,
        decision.severity,
        max((one.classification.channel for one in made), key=CHANNELS.index),
        "emergency" if is_emergency else last.classification.lane,
        decision.environment or "",
        _needs(judgement, shown[-1].occurred_at, is_emergency=is_emergency),
    )
    yield (
        kind,
        {
            "change_id": row.change_id,
            "began_at": shown[0].occurred_at,
            "actor": actor,
            "actor_key": actor.lower(),
            "actor_kind": first.actor.kind,
            "tool": last.classification.tool,
            "account": first.event.call.account,
            "resource_type": row.resource_type,
            "resource_id": row.resource_id,
            "resource_key": row.resource_id.lower(),
            "address": judgement.standing.address,
            "ticket": judgement.match.ticket.key if judgement.match.ticket else None,
            "approver_key": (judgement.match.approver or "").lower() or None,
            "summary": first.event.summary[:LONGEST_SUMMARY],
            "writes": len(staying),
            "is_history": bool(row.is_history),
        },
    )


def _needs(judgement: Judgement, ended_at: Any, *, is_emergency: bool) -> bool:
    decision, match = judgement.decision, judgement.match
    if not (decision.alert or decision.is_withheld):
        return False
    if judgement.standing.findings:
        return True
    if is_emergency or decision.disposition == "emergency":
        approved_at = match.approved_at
        return approved_at is None or datetime.fromisoformat(approved_at) < ended_at
    if decision.disposition == "retroactive":
        return match.approver is None
    return decision.disposition in ("pending", "unticketed")


def _kind_number(connection: sa.Connection, kinds: dict[tuple[Any, ...], int], kind: tuple[Any, ...]) -> int:
    if kind not in kinds:
        kinds[kind] = len(kinds) + 1
        connection.execute(sa.insert(KINDS).values(dict(zip(KIND, kind, strict=True))))
    return kinds[kind]
