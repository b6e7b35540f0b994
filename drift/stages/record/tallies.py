"""Records what became of the records that were read, so that a population can be reconciled with them."""

from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.entry import NewEntry
from drift.ledger.log import append_all
from drift.model.evidence import EntryKind, TallyRecord
from drift.store.tally import counts_to_record, mark_counts_recorded, sources_to_record
from drift.store.upsert import in_chunks

COUNTS_AN_ENTRY = 1000
"""The first entry of a source that was read for a year may be of many hours."""


def record_tallies(connection: Connection, now: datetime) -> None:
    """Record what was counted of every source since it was recorded last.

    To be done in the transaction that seals: then no count is older than the writes beside it.
    """
    for source in sources_to_record(connection):
        counts = counts_to_record(connection, source)
        bodies = [
            TallyRecord(source=source, counts=tuple(some)) for some in in_chunks(counts, COUNTS_AN_ENTRY)
        ]
        append_all(
            connection,
            [NewEntry(kind=EntryKind.TALLY, ref=source, body=body, recorded_at=now) for body in bodies],
        )
        mark_counts_recorded(connection, source, counts)
