"""What people did, and what emergencies still ask for, in both databases."""

from datetime import timedelta

import pytest

from drift.model.action import Acknowledged, Approved
from drift.store.actions import action_called, actions_about, keep_action, waivers
from drift.store.changes import judge_once_more, note_action, sessions_to_judge
from drift.store.database import Database
from drift.store.emergencies import (
    close_emergency,
    emergencies_between,
    note_emergency,
    note_reminder,
    open_emergencies,
)
from tests.acting import a_waiver, an_action
from tests.builders import NOON, a_judgement
from tests.world import World

FUTURE = NOON + timedelta(days=999)


@pytest.fixture
def world(database: Database) -> World:
    return World(database=database)


def test_actions_come_back_in_the_order_of_their_entries(world: World) -> None:
    first = an_action(Acknowledged(reason="seen"), ref="f-1", at=NOON)
    second = an_action(Approved(), ref="f-1", at=NOON - timedelta(hours=1))
    with world.database.transaction() as connection:
        keep_action(connection, first, 3)
        keep_action(connection, second, 7)

    with world.database.reading() as connection:
        assert actions_about(connection, ["f-1", "f-2"]) == {"f-1": (first, second)}
        found = action_called(connection, first.key)
        assert found is not None
        assert (found.action, found.ledger_seq) == (first, 3)
        assert action_called(connection, "another key") is None


def test_of_several_waivers_the_last_one_is_told(world: World) -> None:
    short = an_action(a_waiver(expires_at=NOON), ref="f-1", at=NOON)
    long = an_action(a_waiver(expires_at=FUTURE), ref="f-1", at=NOON + timedelta(hours=1))
    with world.database.transaction() as connection:
        keep_action(connection, short, 1)
        keep_action(connection, long, 2)
        keep_action(connection, an_action(Approved(), ref="f-1"), 3)

    with world.database.reading() as connection:
        assert waivers(connection) == waivers(connection, ["f-1"]) == {"f-1": long}
        assert waivers(connection, ["f-2"]) == {}


def test_a_noted_action_is_counted_and_has_the_change_judged(world: World) -> None:
    change = world.happened(judged=a_judgement())
    with world.database.transaction() as connection:
        assert sessions_to_judge(connection, FUTURE) == []

        note_action(connection, change.change_id)

        assert sessions_to_judge(connection, FUTURE) == [change.session_id]
    world.judged(change)  # as it was read before the action

    with world.database.transaction() as connection:
        assert sessions_to_judge(connection, FUTURE) == [change.session_id]


def test_one_change_can_be_judged_once_more(world: World) -> None:
    change = world.happened(judged=a_judgement())

    with world.database.transaction() as connection:
        judge_once_more(connection, change.change_id)

        assert sessions_to_judge(connection, FUTURE) == [change.session_id]


def test_an_emergency_is_open_until_it_is_closed_and_is_never_opened_again(world: World) -> None:
    change = world.happened(judged=a_judgement())
    with world.database.transaction() as connection:
        note_emergency(connection, change, NOON)
        note_emergency(connection, change, FUTURE)
        [found] = open_emergencies(connection)
        assert (found.row.change.change_id, found.noted_at) == (change.change_id, NOON)

        close_emergency(connection, change.change_id, NOON)
        note_emergency(connection, change, FUTURE)

        assert open_emergencies(connection) == []
        assert len(emergencies_between(connection, NOON, FUTURE)) == 1
        assert emergencies_between(connection, NOON - timedelta(days=9), NOON) == []


def test_a_reminder_is_noted_once(world: World) -> None:
    with world.database.transaction() as connection:
        noted = [note_reminder(connection, "chg-1", "approve", percent, NOON) for percent in (50, 100, 50)]

    assert noted == [True, True, False]
