"""How far is the database's clock from ours?"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from drift.store.database import Database


def clock_skew(database: Database, now: Callable[[], datetime]) -> timedelta | None:
    """Return how much the database's clock is ahead of `now`; `None` for SQLite, which has none."""
    if database.engine.dialect.name != "postgresql":
        return None
    with database.reading() as connection:
        began = now()
        theirs: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        ended = now()
    return theirs - (began + (ended - began) / 2)
