"""What is young is left out, for as long as the same replay is under way the same."""

from dataclasses import replace

from drift.model.history import EVER, TimeSpan
from drift.replay.archive import archive_of_log
from drift.replay.fresh import FRESH, forget_fresh, without_fresh
from drift.store.database import Database
from tests.builders import NOON, minutes
from tests.scenarios.cloud import Log

ARCHIVE = archive_of_log("old", Log())


def test_a_span_that_is_over_stays_as_it_is(sqlite_database: Database) -> None:
    span = TimeSpan(until=NOON - FRESH)

    assert without_fresh(sqlite_database, ARCHIVE, span, NOON) == span


def test_what_is_young_is_left_out_of_a_span_that_is_not_over(sqlite_database: Database) -> None:
    span = TimeSpan(since=NOON - 9 * FRESH, until=NOON + FRESH)

    assert without_fresh(sqlite_database, ARCHIVE, EVER, NOON) == TimeSpan(until=NOON - FRESH)
    assert without_fresh(sqlite_database, ARCHIVE, span, NOON) == replace(span, until=NOON - FRESH)


def test_a_replay_that_was_stopped_goes_on_with_the_span_that_it_began(sqlite_database: Database) -> None:
    begun = without_fresh(sqlite_database, ARCHIVE, EVER, NOON)

    assert without_fresh(sqlite_database, ARCHIVE, EVER, NOON + minutes(90)) == begun

    forget_fresh(sqlite_database, ARCHIVE, EVER)
    later = without_fresh(sqlite_database, ARCHIVE, EVER, NOON + minutes(90))
    assert later == TimeSpan(until=NOON + minutes(90) - FRESH)
