"""Where a row of a register comes from: its last columns."""

from datetime import datetime

from drift.ledger.entry import StoredEntry, format_time

PLACE = ("recorded_at", "ledger_seq", "leaf_hash")
"""The columns that lead to an entry of the ledger."""


def place_of(entry: StoredEntry) -> dict[str, object]:
    """Return where an entry stands in the ledger, under the names of its columns."""
    return {
        "recorded_at": format_time(entry.recorded_at),
        "ledger_seq": entry.seq,
        "leaf_hash": entry.leaf_hash.hex(),
    }


def time(at: datetime | None) -> str | None:
    """Write a time as the ledger does; nothing where there is none."""
    return None if at is None else format_time(at)
