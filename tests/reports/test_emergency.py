"""The register of a month's emergencies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from drift.model.action import Approved, DeclaredEmergency, Deed, FollowUp, Reviewed
from drift.model.approval import ActionRules
from drift.model.change import Change
from drift.model.control_test import Assessed, ControlTest, Result
from drift.model.person import People
from drift.model.resource import Resource
from drift.model.ticket import Coverage
from drift.model.verdict import Disposition
from drift.reports.emergency import Month, Register, register_of
from drift.reports.emergency_text import emergency_text
from drift.stages.act import act
from drift.store.database import Database
from drift.store.emergencies import note_emergency
from tests.acting import ERIN, a_request
from tests.builders import NOON, a_judgement, a_match, minutes
from tests.world import World

NOVEMBER = Month(year=2026, month=11)
RULES = ActionRules(approvers=(ERIN,))
DOWN = DeclaredEmergency(justification="The site was down for everybody.", incident="INC-1")
COMPLETE = Assessed(test=ControlTest.EMERGENCY_COMPLETE, result=Result.PASS, reason="all is done")


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return World(database=sqlite_database)


def an_emergency(
    world: World, *, at: datetime = NOON, by: str = "alice@example.com", id_: str = "sg-1"
) -> Change:
    """A change that was judged an emergency."""
    found = replace(
        a_judgement(Disposition.EMERGENCY, match=a_match(Coverage.DECLARED_EMERGENCY)), tests=(COMPLETE,)
    )
    resource = Resource(type="aws_security_group", id=id_)
    change = world.happened(at=at, by=by, resource=resource, judged=found)
    with world.database.transaction() as connection:
        note_emergency(connection, change, change.began_at)
    return change


def acted(world: World, change: Change, deed: Deed, *, by: str = ERIN, after: timedelta) -> None:
    with world.database.transaction() as connection:
        request = a_request(deed, change.change_id, by=by)
        act(connection, request, RULES, People(), (), change.began_at + after)


def register(world: World, month: Month = NOVEMBER, *, now: datetime = NOON + timedelta(days=9)) -> Register:
    with world.database.reading() as connection:
        return register_of(connection, month, RULES, People(), (), now)


def test_a_month_begins_and_ends_at_midnight_in_utc() -> None:
    december = Month(year=2026, month=12)

    assert (december.since, december.until) == (
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    )


def test_the_ratio_is_of_changes_that_somebody_decided_in_production(world: World) -> None:
    an_emergency(world)
    for number in range(3):
        world.happened(at=NOON + timedelta(hours=number + 1), judged=a_judgement())
    world.happened(at=NOON + timedelta(hours=9), judged=a_judgement(Disposition.EXPLAINED))

    found = register(world)

    assert (found.production, found.changes) == (1, 4)


def test_each_emergency_says_why_and_who_approved_it_when(world: World) -> None:
    change = an_emergency(world)
    acted(world, change, DOWN, by="alice@example.com", after=minutes(5))
    acted(world, change, Approved(), after=timedelta(hours=3))
    review = Reviewed(
        notes="It belongs into the code.", then=FollowUp.NEEDS_CODIFY, owner="dave", due_at=NOON
    )
    acted(world, change, review, after=timedelta(hours=4))

    [row] = register(world).rows

    assert (row.justification, row.incident) == (DOWN.justification, "INC-1")
    assert (row.approver, row.approval_took, row.approved_in_time) == (ERIN, timedelta(hours=3), True)
    assert (row.follow_up, row.follow_up_owner, row.follow_up_due_at) == (FollowUp.NEEDS_CODIFY, "dave", NOON)
    assert (row.complete, row.reason) == (Result.PASS, "all is done")


def test_latencies_and_what_came_too_late_or_never_are_counted(world: World) -> None:
    for number, hours in enumerate((1, 2, 30)):
        change = an_emergency(world, at=NOON + timedelta(hours=number), id_=f"sg-{number}")
        acted(world, change, Approved(), after=timedelta(hours=hours))
    an_emergency(world, at=NOON + timedelta(hours=5), id_="sg-9")

    found = register(world)

    assert (found.in_time, found.due) == (2, 4)
    assert (found.median, found.p95) == (timedelta(hours=2), timedelta(hours=30))


def test_an_approval_that_is_not_due_yet_is_neither_late_nor_in_time(world: World) -> None:
    an_emergency(world)

    found = register(world, now=NOON + timedelta(hours=1))

    assert (found.in_time, found.due, found.rows[0].approved_in_time) == (0, 0, None)


def test_who_and_what_had_several_is_named(world: World) -> None:
    an_emergency(world)
    an_emergency(world, at=NOON + timedelta(hours=2))
    an_emergency(world, at=NOON + timedelta(hours=4), by="bob@example.com", id_="sg-2")

    found = register(world)

    assert found.actors == (("alice@example.com", 2),)
    assert [number for _, number in found.resources] == [2]


def test_another_month_has_none_and_says_so(world: World) -> None:
    an_emergency(world)

    text = emergency_text(register(world, Month(year=2026, month=10)), 100)

    assert "No emergency began in this month." in text
    assert "Ratio         0 of 0 production changes were made in an emergency" in text


def test_the_text_tells_all_of_it_within_the_width(world: World) -> None:
    change = an_emergency(world)
    acted(world, change, DOWN, by="alice@example.com", after=minutes(5))
    acted(world, change, Approved(), after=timedelta(hours=3))

    text = emergency_text(register(world), 80)

    assert max(map(len, text.splitlines())) <= 80
    joined = " ".join(text.split())
    assert "1 of 1 production change (100.0%) was made in an emergency" in joined
    assert "why The site was down for everybody. (INC-1)" in joined
    assert "approved by erin@example.com at 2026-11-16 15:00, 3 h after the first write" in joined
    assert "reviewed not yet" in joined


def test_text_from_outside_cannot_move_the_cursor(world: World) -> None:
    change = an_emergency(world)
    hostile = DeclaredEmergency(justification="down \x1b[2J for everybody\nTotal: 0")
    acted(world, change, hostile, by="alice@example.com", after=minutes(5))

    text = emergency_text(register(world), 100)

    assert "\x1b" not in text
    assert "\nTotal" not in text
