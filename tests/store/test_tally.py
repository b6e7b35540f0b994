"""Counts of what became of every record, and the spans that were read."""

import pytest
from sqlalchemy import Connection, text

from drift.model.coverage import ReadSpan
from drift.model.event import Fate
from drift.store.covered import begin_places, mark_recorded, places_to_record
from drift.store.database import Database
from drift.store.tally import Tally, funnel_totals, recount
from tests.builders import ACCOUNT, NOON, an_event, minutes


def test_records_are_counted_by_what_became_of_them(database: Database) -> None:
    tally = Tally("trail")
    for fate in (Fate.CHANGE, Fate.READ, Fate.READ):
        tally.count(an_event(), fate)
    tally.count_unreadable()
    keep(database, tally)

    with database.reading() as connection:
        assert funnel_totals(connection) == {"change": 1, "read": 2, "unreadable": 1}


def test_the_counts_of_batches_and_sources_add_up(database: Database) -> None:
    for source in ("trail", "trail", "other"):
        tally = Tally(source)
        tally.count(an_event(), Fate.READ)
        tally.count(an_event(at=None, account=None), Fate.READ)
        keep(database, tally)

    with database.reading() as connection:
        assert funnel_totals(connection) == {"read": 6}


def test_coverage_reaches_from_the_oldest_record_to_the_newest(database: Database) -> None:
    tally = Tally("trail")
    for at in (3, 1, 2):
        tally.count(an_event(at=NOON + minutes(at)), Fate.READ)
    keep(database, tally)

    assert coverage_of(database) == [
        an_interval(first_at=NOON + minutes(1), last_at=NOON + minutes(3), records=3)
    ]


def test_each_account_and_region_has_its_own_coverage(database: Database) -> None:
    tally = Tally("trail")
    tally.count(an_event(region="us-east-1"), Fate.READ)
    tally.count(an_event(region=None), Fate.READ)
    tally.count(an_event(account="444455556666"), Fate.READ)
    keep(database, tally)

    places = [(one.account, one.region) for one in coverage_of(database)]

    assert places == [(ACCOUNT, None), (ACCOUNT, "us-east-1"), ("444455556666", "eu-west-1")]


def test_what_bears_no_time_is_covered_without_one(database: Database) -> None:
    tally = Tally("trail")
    tally.count(an_event(at=None), Fate.UNDATED)
    tally.count_unreadable()
    keep(database, tally)

    assert coverage_of(database) == [
        an_interval(account=None, region=None, first_at=None, last_at=None, records=0, unreadable=1),
        an_interval(first_at=None, last_at=None, records=1),
    ]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_coverage_that_a_crash_left_behind_is_taken_with_the_next(database: Database, zone: str) -> None:
    """
    Between a batch and the end of its source nothing is lost: the span waits in the store.
    """
    use_zone(database, zone)
    for at in (None, 30, 10, 20, None):
        tally = Tally("trail")
        tally.count(an_event(at=None if at is None else NOON + minutes(at)), Fate.READ)
        keep(database, tally)

    assert coverage_of(database) == [
        an_interval(first_at=NOON + minutes(10), last_at=NOON + minutes(30), records=5)
    ]


def test_coverage_is_taken_once_and_from_its_own_source_only(database: Database) -> None:
    for source in ("trail", "other"):
        tally = Tally(source)
        tally.count(an_event(), Fate.READ)
        keep(database, tally)

    assert len(coverage_of(database)) == 1
    assert coverage_of(database) == []
    assert len(coverage_of(database, "other")) == 1


def test_coverage_that_is_taken_in_a_transaction_that_fails_is_still_there(database: Database) -> None:
    tally = Tally("trail")
    tally.count(an_event(), Fate.READ)
    keep(database, tally)

    def fail() -> None:
        with database.transaction() as connection:
            take(connection, "trail")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()

    assert len(coverage_of(database)) == 1


def test_names_of_any_length_are_counted(database: Database) -> None:
    tally = Tally("trail")
    tally.count(an_event(account="1" * 100_000, region="nul \0"), Fate.READ)
    keep(database, tally)
    keep(database, tally)

    with database.reading() as connection:
        assert funnel_totals(connection) == {"read": 2}
    assert [one.records for one in coverage_of(database)] == [2]


def test_a_record_that_waited_is_counted_again_under_what_became_of_it(database: Database) -> None:
    tally = Tally("trail")
    tally.count(an_event(), Fate.PART)
    tally.count(an_event(), Fate.PART)
    with database.transaction() as connection:
        tally.keep(connection)

        recount(connection, "trail", an_event(), Fate.CHANGE)

        assert funnel_totals(connection) == {"change": 1, "part": 1}


def keep(database: Database, tally: Tally) -> None:
    with database.transaction() as connection:
        tally.keep(connection)


def coverage_of(database: Database, source: str = "trail") -> list[ReadSpan]:
    with database.transaction() as connection:
        return take(connection, source)


def take(connection: Connection, source: str) -> list[ReadSpan]:
    """Take what was read since the last call, as the record of it does."""
    begin_places(connection, source, NOON)
    due = places_to_record(connection, source, told_before=NOON, quiet_before=NOON - minutes(1))
    for place in due:
        mark_recorded(connection, place.span, up_to=NOON, recorded_at=NOON)
    return [place.span for place in due]


def use_zone(database: Database, zone: str) -> None:
    """Set the time zone of a server that has one."""
    with database.transaction() as connection:
        if connection.dialect.name == "postgresql":
            name = connection.execute(text("SELECT current_database()")).scalar_one()
            connection.execute(text(f"ALTER DATABASE {name} SET timezone = '{zone}'"))
    database.close()


def an_interval(**facts: object) -> ReadSpan:
    """Coverage of the trail in one account and region."""
    defaults = {"source": "trail", "account": ACCOUNT, "region": "eu-west-1", "records": 1, "unreadable": 0}
    return ReadSpan(**(defaults | facts))  # type: ignore[arg-type]
