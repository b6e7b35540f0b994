"""Seals the ledger, with what was counted of the records that were read."""

from datetime import datetime

from drift.ledger.checkpoint import draft_growth, sign_apart
from drift.ledger.log import lock
from drift.ledger.note import SigningKey
from drift.model.evidence import Checkpoint
from drift.stages.record import record_tallies
from drift.store.database import Database


def seal_counted(database: Database, key: SigningKey, now: datetime) -> Checkpoint | None:
    """Record what was counted, and sign the ledger as it is then, if it has grown since the last checkpoint.

    What is signed is settled with the counts: nobody records a write between them that no count has.
    Nobody who writes waits for whoever signs, though. Where somebody else seals meanwhile, or the key
    hands over, theirs stands.

    Raises:
        LedgerIntegrityError: What the last checkpoint fixed was altered since, or another key made it.
        ProviderError: The service that keeps the key does not sign; the entries wait for the next time.
    """
    with database.transaction() as connection:
        lock(connection)
        record_tallies(connection, now)
        drafted = draft_growth(connection, key)
    return None if drafted is None else sign_apart(database, drafted, key, now)
