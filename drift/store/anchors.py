"""How far each anchor holds the ledger, and why one does not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from drift.store.schema import anchor as table
from drift.store.upsert import insert_or_update


@dataclass(frozen=True, kw_only=True, slots=True)
class AnchorRow:
    """How an anchor stands."""

    name: str
    """In the configuration."""
    size: int = 0
    """Entries that the last checkpoint which it holds covers."""
    held_at: datetime | None = None
    """When it took that in, by our clock; `None` if it never took in any."""
    ledger_seq: int | None = None
    """The entry with its receipt."""
    failures: int = 0
    """Attempts in a row that failed."""
    failed_since: datetime | None = None
    error: str | None = None
    """Why it holds nothing newer, while it fails."""
    hint: str | None = None
    next_attempt_at: datetime | None = None


def anchor_rows(connection: Connection, names: Iterable[str]) -> list[AnchorRow]:
    """Return how these anchors stand, in this order."""
    return [anchor_row(connection, name) for name in names]


def anchor_row(connection: Connection, name: str) -> AnchorRow:
    """Return how an anchor stands."""
    row = connection.execute(select(table).where(table.c.name == name)).mappings().one_or_none()
    return AnchorRow(name=name) if row is None else AnchorRow(**row)


def note_held(connection: Connection, name: str, size: int, ledger_seq: int, now: datetime) -> None:
    """Note which checkpoint an anchor holds now."""
    values = {
        "size": size,
        "held_at": now,
        "ledger_seq": ledger_seq,
        "failures": 0,
        **dict.fromkeys(("failed_since", "error", "hint", "next_attempt_at")),
    }
    insert_or_update(connection, table, {"name": name, **values}, values)


def note_not_held(
    connection: Connection, before: AnchorRow, error: str, hint: str, now: datetime, next_attempt_at: datetime
) -> None:
    """Note that an attempt failed, why, and when the next one is due. Secrets are cut out before."""
    values = {
        "failures": before.failures + 1,
        "failed_since": before.failed_since or now,
        "error": error,
        "hint": hint,
        "next_attempt_at": next_attempt_at,
    }
    insert_or_update(connection, table, {"name": before.name, "size": before.size, **values}, values)
