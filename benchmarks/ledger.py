"""What an entry of the ledger costs, in a ledger that is new and in one that is old."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.timing import best_of
from drift.ledger.entry import NewEntry
from drift.ledger.log import append_all, size_of
from drift.model.evidence import EntryKind, GapRecord
from drift.store.database import Database
from drift.store.migrate import migrate

BATCHES = 20
BATCH = 500

OLD = 1_000_000
"""Entries."""

FILLED_AT_ONCE = 5_000

NOW = datetime(2026, 11, 16, tzinfo=UTC)


def measure() -> Iterator[str]:
    """Yield the time that one entry takes in batches, in a SQLite file that waits for the disk."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'store.sqlite3'}")
        migrate(database)
        new = _an_entry(database)
        yield f"ledger: {new:.0f} us an entry, in batches of {BATCH} (30 at most)"
        size = _fill(database)
        old = _an_entry(database)
        yield f"ledger: {old:.0f} us an entry after {size:,} (30 at most), {old / new:.2f} of a new one"
        database.close()


def _an_entry(database: Database) -> float:
    """Return the microseconds that an entry takes at best."""
    return best_of(lambda: _append(database, BATCHES, BATCH)) / (BATCHES * BATCH) * 1e6


def _fill(database: Database) -> int:
    """Make the ledger an old one; return how many entries it has."""
    with database.reading() as connection:
        missing = OLD - size_of(connection)
    _append(database, -(-missing // FILLED_AT_ONCE), FILLED_AT_ONCE)
    with database.reading() as connection:
        return size_of(connection)


def _append(database: Database, batches: int, batch: int) -> None:
    body = GapRecord(source="trail", file="a.json.gz", index=7, sha256="0" * 64, error="half a record")
    entry = NewEntry(kind=EntryKind.GAP, ref="a.json.gz", body=body, recorded_at=NOW)
    for _ in range(batches):
        with database.transaction() as connection:
            append_all(connection, [entry] * batch)
