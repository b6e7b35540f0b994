"""Gaps that are open or accepted, but for single records: those are in quarantine."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from drift.model.coverage import Gap, GapKind
from drift.store.schema import coverage_gap
from drift.store.upsert import insert_or_update


@dataclass(frozen=True, kw_only=True, slots=True)
class GapRow:
    """A gap that is not filled, and the latest entry about it."""

    gap_id: str
    gap: Gap
    recorded_at: datetime
    """Time of that entry."""
    ledger_seq: int


def gap_id_of(*identity: str) -> str:
    """Return the id of a gap, which follows from what it is about."""
    return f"gap-{hashlib.sha256('/'.join(identity).encode(errors='replace')).hexdigest()[:16]}"


def open_gaps(
    connection: Connection,
    source: str | None = None,
    kind: GapKind | None = None,
    *,
    with_accepted: bool = False,
) -> Sequence[GapRow]:
    """Return the open gaps, of a source or of a kind if that is asked, the oldest first.

    Those that somebody accepted for good are left out unless they are asked for.
    """
    query = select(coverage_gap).order_by(coverage_gap.c.opened_at, coverage_gap.c.gap_id)
    if source is not None:
        query = query.where(coverage_gap.c.source == source)
    if kind is not None:
        query = query.where(coverage_gap.c.kind == kind)
    return [
        GapRow(gap_id=row.gap_id, gap=row.body, recorded_at=row.recorded_at, ledger_seq=row.ledger_seq)
        for row in connection.execute(query)
        if with_accepted or row.body.accepted is None
    ]


def keep_gap(connection: Connection, row: GapRow) -> None:
    """Keep a gap that is not filled, as it is known now."""
    gap = row.gap
    values = {
        "kind": gap.kind,
        "recorded_at": row.recorded_at,
        "ledger_seq": row.ledger_seq,
        "body": gap,
    }
    key = {"gap_id": row.gap_id, "source": gap.source, "opened_at": gap.opened_at}
    insert_or_update(connection, coverage_gap, {**key, **values}, values)


def forget_gap(connection: Connection, gap_id: str) -> None:
    """Forget a gap that is filled: the ledger knows of it."""
    connection.execute(delete(coverage_gap).where(coverage_gap.c.gap_id == gap_id))
