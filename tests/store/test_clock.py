"""The database's clock against ours."""

from datetime import UTC, datetime, timedelta

from drift.store.clock import clock_skew
from drift.store.database import Database


def test_a_clock_that_is_an_hour_ahead_is_found_where_the_database_has_one(database: Database) -> None:
    skew = clock_skew(database, lambda: datetime.now(UTC) - timedelta(hours=1))

    if database.engine.dialect.name == "sqlite":
        assert skew is None
    else:
        assert skew is not None
        assert timedelta(minutes=59) < skew < timedelta(minutes=61)
