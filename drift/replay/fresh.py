"""What is young is left to `drift run`: taken in as history, nobody would ever be told of it."""

from dataclasses import replace
from datetime import datetime, timedelta

from drift.model.history import TimeSpan, history_of
from drift.replay.archive import Archive
from drift.store import meta
from drift.store.database import Database

FRESH = timedelta(hours=1)
"""Most records of a cloud are delivered and read by then."""


def without_fresh(database: Database, archive: Archive, span: TimeSpan, now: datetime) -> TimeSpan:
    """Return the span without what is young; of a replay that was stopped, as it was when it began.

    Else the same command would be about another span whenever it is run again, and begin anew.
    """
    latest = now.replace(microsecond=0) - FRESH
    if span.until is not None and span.until <= latest:
        return span
    with database.transaction() as connection:
        begun = meta.read(connection, _begun(archive, span))
        if begun is None:
            meta.write(connection, _begun(archive, span), latest.isoformat())
    return replace(span, until=datetime.fromisoformat(begun) if begun else latest)


def forget_fresh(database: Database, archive: Archive, span: TimeSpan) -> None:
    """Let the next replay of this span, as it was asked for, go up to what is young by then."""
    with database.transaction() as connection:
        meta.forget(connection, _begun(archive, span))


def _begun(archive: Archive, span: TimeSpan) -> str:
    return f"replay/{history_of(archive.name)} {span}"
