"""What an entry of the ledger costs."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.timing import best_of
from drift.ledger.entry import NewEntry
from drift.ledger.log import append_all
from drift.model.evidence import EntryKind, GapRecord
from drift.store.database import Database
from drift.store.migrate import migrate

BATCHES = 20
BATCH = 500

NOW = datetime(2026, 11, 16, tzinfo=UTC)


def measure() -> Iterator[str]:
    """Yield the time that one entry takes in batches, in a SQLite file that waits for the disk."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'store.sqlite3'}")
        migrate(database)
        seconds = best_of(lambda: _append(database))
        database.close()
    yield f"ledger: {seconds / (BATCHES * BATCH) * 1e6:.0f} us an entry, in batches of {BATCH}"


def _append(database: Database) -> None:
    body = GapRecord(source="trail", file="a.json.gz", index=7, sha256="0" * 64, error="half a record")
    for _ in range(BATCHES):
        with database.transaction() as connection:
            append_all(
                connection,
                [
                    NewEntry(kind=EntryKind.GAP, ref="a.json.gz", body=body, recorded_at=NOW)
                    for _ in range(BATCH)
                ],
            )
