"""What became of every record stands in the ledger, once."""

from datetime import datetime, timedelta

import msgspec

from drift.ledger.log import entries
from drift.model.event import Fate
from drift.model.evidence import EntryKind, TallyCount, TallyRecord
from drift.stages.record import record_tallies
from drift.store.database import Database
from drift.store.tally import Tally, counts_to_record, mark_counts_recorded, recount
from tests.builders import ACCOUNT, NOON, an_event, minutes


def test_what_was_counted_is_recorded_once_by_account_and_hour(database: Database) -> None:
    count(database, Fate.CHANGE, Fate.READ, Fate.READ)
    count(database, Fate.READ, at=NOON + timedelta(hours=1))

    record(database)
    record(database)

    assert recorded(database) == [
        TallyRecord(
            source="trail",
            counts=(
                TallyCount(account=ACCOUNT, hour=NOON, rule="change", records=1),
                TallyCount(account=ACCOUNT, hour=NOON, rule="read", records=2),
                TallyCount(account=ACCOUNT, hour=NOON + timedelta(hours=1), rule="read", records=1),
            ),
        )
    ]


def test_only_what_came_since_is_recorded_the_next_time(database: Database) -> None:
    """
    A record that waited as a part of a call turned out to be a change: the sum over all entries says so.
    """
    count(database, Fate.PART, Fate.READ)
    record(database)
    count(database, Fate.READ, at=NOON + minutes(5))
    with database.transaction() as connection:
        recount(connection, "trail", an_event(), Fate.CHANGE)

    record(database)

    assert [(one.rule, one.records) for one in recorded(database)[1].counts] == [
        ("change", 1),
        ("part", -1),
        ("read", 1),
    ]


def test_what_tells_neither_account_nor_time_is_recorded_without(database: Database) -> None:
    tally = Tally("trail")
    tally.count_unreadable()
    with database.transaction() as connection:
        tally.keep(connection)

    record(database)

    assert recorded(database)[0].counts == (
        TallyCount(account=None, hour=None, rule="unreadable", records=1),
    )


def test_what_is_counted_while_others_are_recorded_is_recorded_the_next_time(database: Database) -> None:
    count(database, Fate.READ)
    with database.transaction() as connection:
        before = counts_to_record(connection, "trail")
    count(database, Fate.READ, Fate.CHANGE)

    with database.transaction() as connection:
        mark_counts_recorded(connection, "trail", before)

    with database.reading() as connection:
        assert [(one.rule, one.records) for one in counts_to_record(connection, "trail")] == [
            ("change", 1),
            ("read", 1),
        ]


def count(database: Database, *fates: Fate, at: datetime = NOON) -> None:
    tally = Tally("trail")
    for fate in fates:
        tally.count(an_event(at=at), fate)
    with database.transaction() as connection:
        tally.keep(connection)


def record(database: Database) -> None:
    with database.transaction() as connection:
        record_tallies(connection, NOON)


def recorded(database: Database) -> list[TallyRecord]:
    with database.reading() as connection:
        found = list(entries(connection, kind=EntryKind.TALLY))
    return [msgspec.json.decode(one.body or b"", type=TallyRecord) for one in found]
