"""Changes that were taken in as history, on both databases."""

from datetime import timedelta

from drift.model.change import Change
from drift.model.event import Fate
from drift.model.verdict import Disposition
from drift.stages.group import group, regroup
from drift.store.changes import changes
from drift.store.database import Database
from drift.store.history import (
    EXPECTED_BACK,
    actor_of,
    became_of,
    end_replay,
    history_to_judge,
    is_replaying,
    note_replay,
)
from drift.store.tally import Tally
from drift.store.writes import add_write
from tests.builders import NOON, a_judgement, a_write, an_actor, an_event, minutes
from tests.world import World


def flags(database: Database) -> list[bool]:
    with database.reading() as connection:
        return [row.change.is_history for row in changes(connection)]


def grouped(database: Database, name: str, at: float, *, is_history: bool) -> None:
    write = a_write(an_event(event_id=name, at=NOON + minutes(at)))
    with database.transaction() as connection:
        add_write(connection, write, 0)
        group(connection, write, is_history=is_history)


def test_a_change_is_history_until_it_goes_on_live(database: Database) -> None:
    grouped(database, "old", 0, is_history=True)
    grouped(database, "older", -5, is_history=True)
    assert flags(database) == [True]

    grouped(database, "new", 10, is_history=False)

    assert flags(database) == [False]


def test_a_live_change_stays_live_whatever_is_found_of_it_later(database: Database) -> None:
    grouped(database, "new", 0, is_history=False)

    grouped(database, "old", -5, is_history=True)

    assert flags(database) == [False]


def test_what_history_tells_late_of_a_write_leads_to_no_live_change(database: Database) -> None:
    grouped(database, "new", 0, is_history=False)
    moved = a_write(an_event(event_id="new"), an_actor("bob@example.com"))

    with database.transaction() as connection:
        regroup(connection, moved, belongs=True, is_history=True)

    assert sorted(flags(database)) == [False, True]


def test_only_history_that_is_not_judged_is_to_be_judged_some_at_a_time(database: Database) -> None:
    world = World(database=database)
    live = world.happened(by="alice@example.com")
    for number in range(3):
        grouped(database, f"old-{number}", 60 * (number + 1), is_history=True)

    with database.reading() as connection:
        first = history_to_judge(connection, "", 2)
        others = history_to_judge(connection, first[-1], 2)
    assert len({*first, *others}) == 3
    assert live.session_id not in {*first, *others}

    for row in all_changes(database):
        world.judged(row, a_judgement())
    with database.reading() as connection:
        assert history_to_judge(connection, "", 9) == []

    world.judged(all_changes(database)[1], a_judgement(disposition=Disposition.PENDING))
    with database.reading() as connection:
        assert len(history_to_judge(connection, "", 9)) == 1


def all_changes(database: Database) -> list[Change]:
    with database.reading() as connection:
        return [row.change for row in changes(connection)]


def test_a_replay_is_expected_back_for_a_day(database: Database) -> None:
    with database.transaction() as connection:
        assert not is_replaying(connection, NOON)

        note_replay(connection, NOON)
        assert is_replaying(connection, NOON + EXPECTED_BACK - timedelta(seconds=1))
        assert not is_replaying(connection, NOON + EXPECTED_BACK)

        end_replay(connection)
        assert not is_replaying(connection, NOON)


def test_who_answers_for_a_known_write_is_told_and_of_others_nobody(database: Database) -> None:
    write = a_write(an_event(event_id="known"), an_actor("bob@example.com"))
    with database.transaction() as connection:
        add_write(connection, write, 0)

    with database.reading() as connection:
        assert actor_of(connection, write.event.key) == write.actor
        assert actor_of(connection, "aws:unknown") is None


def test_what_became_of_one_source_is_told_apart_from_others(database: Database) -> None:
    for source, fate in (("history:old", Fate.READ), ("history:old", Fate.CHANGE), ("old", Fate.READ)):
        tally = Tally(source)
        tally.count(an_event(), fate)
        with database.transaction() as connection:
            tally.keep(connection)

    with database.reading() as connection:
        assert became_of(connection, "history:old") == {"change": 1, "read": 1}
        assert became_of(connection, "history:other") == {}
