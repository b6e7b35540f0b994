"""Which raw records does the policy keep no longer? They are erased, and that is recorded."""

from datetime import datetime, timedelta

from drift.errors import ProviderError
from drift.ledger.log import append
from drift.model.evidence import EntryKind, ErasureRecord
from drift.ports import RawVault
from drift.store.database import Database


def erase(database: Database, vault: RawVault, keep_for: timedelta, now: datetime) -> tuple[str, ...]:
    """Erase what was kept longer ago than `keep_for`; return what could not be done, each in one line.

    The entry is committed first: whatever is stopped in between, nothing is gone without a record of it.
    """
    before = now - keep_for
    try:
        if count := vault.count(before):
            body = ErasureRecord(records=count, kept_before=before)
            with database.transaction() as connection:
                append(connection, kind=EntryKind.ERASURE, ref="vault", body=body, recorded_at=now)
            vault.erase(before)
    except ProviderError as error:
        return (f"vault: {error}",)
    return ()
