"""Looks at things once a day: when one was looked at last, and whether a day is over since."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from drift.store import meta
from drift.store.database import Database

A_DAY = timedelta(hours=23)
"""A little less than one: a little earlier each day rather than ever later."""


def is_over(last: datetime | None, now: datetime) -> bool:
    """Tell whether a day is over since `last`; `None`: it never happened."""
    return last is None or now - last >= A_DAY


def is_due(database: Database, key: str, now: datetime) -> bool:
    """Tell whether what is noted under `key` is to be done again."""
    with database.reading() as connection:
        last = meta.read(connection, key)
    return is_over(None if last is None else datetime.fromisoformat(last), now)


def note_done(connection: Connection, key: str, now: datetime) -> None:
    """Note under `key` that it was done now."""
    meta.write(connection, key, now.isoformat())
