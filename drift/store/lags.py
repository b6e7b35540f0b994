"""How late writes are known: from when they were made to when they were recorded."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, exists, select

from drift.ledger.tables import ledger
from drift.model.evidence import EntryKind
from drift.store.late import in_time
from drift.store.schema import change, change_write, write


def recording_lags(connection: Connection, since: datetime, until: datetime) -> Iterator[timedelta]:
    """Yield how long it took to record each write of a span; without what was taken in as history.

    Of a write that further records amended, it is not known any more.
    """
    is_history = exists().where(
        change_write.c.write_key == write.c.key,
        change_write.c.change_id == change.c.change_id,
        change.c.is_history,
    )
    told = and_(ledger.c.seq == write.c.ledger_seq, ledger.c.kind == EntryKind.OBSERVATION.value)
    rows = in_time(connection).execute(
        select(write.c.occurred_at, ledger.c.recorded_at)
        .join(ledger, told)
        .where(write.c.occurred_at >= since, write.c.occurred_at < until, ~is_history)
        .execution_options(yield_per=1000)
    )
    for occurred_at, recorded_at in rows:
        yield max(datetime.fromisoformat(recorded_at) - occurred_at, timedelta())
