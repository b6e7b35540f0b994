"""Who is reminded of what an emergency asks for, and who is told only when its time is over."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from drift.model.approval import ActionRules, EmergencyRules
from drift.model.change import Change
from drift.model.person import People
from drift.model.ticket import Coverage
from drift.model.verdict import Disposition
from drift.stages.remind import remind
from drift.store.changes import sessions_to_judge
from drift.store.database import Database
from drift.store.emergencies import note_emergency, open_emergencies
from drift.store.schema import outbox
from tests.builders import NOON, a_judgement, a_match
from tests.world import World

HALF, WHOLE = NOON + timedelta(hours=12), NOON + timedelta(hours=24, seconds=1)
ESCALATING = ActionRules(emergency=EmergencyRules(escalate_to="pager"))


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return World(database=sqlite_database)


@pytest.fixture
def change(world: World) -> Change:
    """A declared emergency that was noted at once."""
    found = a_judgement(Disposition.EMERGENCY, match=a_match(Coverage.DECLARED_EMERGENCY))
    change = world.happened(judged=found)
    with world.database.transaction() as connection:
        note_emergency(connection, change, NOON)
    return change


def reminded(world: World, *notifiers: str, rules: ActionRules = ESCALATING, at: object = HALF) -> list[str]:
    """Who has messages waiting once people were reminded."""
    with world.database.transaction() as connection:
        remind(connection, notifiers, rules, People(), at)  # type: ignore[arg-type]
        return sorted(connection.execute(select(outbox.c.notifier)).scalars())


def test_whom_it_escalates_to_is_told_only_when_the_time_is_over(world: World, change: Change) -> None:
    at_half = reminded(world, "oncall", "pager", at=HALF)
    at_the_end = reminded(world, "oncall", "pager", at=WHOLE)

    assert at_half == ["oncall"]
    assert at_the_end == ["oncall", "oncall", "pager"]


def test_where_nobody_else_is_configured_they_are_reminded_at_half_of_it_too(
    world: World, change: Change
) -> None:
    assert reminded(world, "pager", at=HALF) == ["pager"]


def test_what_was_missed_has_the_change_judged_again(world: World, change: Change) -> None:
    reminded(world, "oncall", at=WHOLE)

    with world.database.reading() as connection:
        assert sessions_to_judge(connection, NOON + timedelta(days=99)) == [change.session_id]


def test_what_nobody_decided_after_all_is_followed_no_longer(world: World, change: Change) -> None:
    world.judged(change, replace(a_judgement(Disposition.EXPLAINED), match=a_match()))

    assert reminded(world, "oncall", at=WHOLE) == []
    with world.database.reading() as connection:
        assert open_emergencies(connection) == []
