"""What the weekly report says of changes that nobody owns."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from drift.model.resource import Resource
from drift.model.routing import Team
from drift.model.verdict import Channel, Disposition
from drift.reports.week import Week
from drift.reports.weekly.facts import WeeklySettings, read_facts
from drift.reports.weekly.numbers import weekly_report
from drift.reports.weekly.report import Unowned
from drift.reports.weekly.unowned import unowned_line
from drift.stages.decide import DecisionRules
from drift.stages.route import OwnerRule, RoutingRules
from drift.store.database import Database
from tests.builders import ACCOUNT, NOON, a_judgement, a_write, an_event
from tests.world import World

SUNDAY = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)

ROUTING = RoutingRules(
    teams={"network": Team(name="network"), "platform": Team(name="platform")},
    owners=(OwnerRule(name="groups", team="network", resource_type=re.compile("aws_security_group")),),
    default="platform",
)

SETTINGS = WeeklySettings(
    organisation="example",
    sources=("trail",),
    has_notifier=True,
    decision=DecisionRules(),
    configuration_sha256="c" * 64,
    tool_version="driftledger 0.1.0",
    routing=ROUTING,
)


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return World(database=sqlite_database)


def unowned_of(world: World, settings: WeeklySettings = SETTINGS) -> Unowned | None:
    with world.database.reading() as connection:
        return weekly_report(read_facts(connection, Week(year=2026, number=47), SUNDAY, settings)).unowned


def a_bucket(name: str) -> Resource:
    return Resource(type="aws_s3_bucket", id=name)


def happened(world: World, name: str, *, hours: int = 0, account: str = ACCOUNT) -> None:
    at = NOON + timedelta(hours=hours)
    event = an_event(event_id=f"{name} {at}", at=at, account=account, resources=(a_bucket(name),))
    world.happened(at=at, writes=[a_write(event)])


def test_what_no_rule_names_is_counted_and_named_by_what_was_changed_most(world: World) -> None:
    world.happened(judged=a_judgement())
    for hours in range(3):
        happened(world, "busy", hours=hours)
    for name in ("one", "two"):
        happened(world, name)
    happened(world, "three", account="999900001111")
    for hours in range(2):
        happened(world, "often", hours=hours)

    assert unowned_of(world) == Unowned(
        changes=8,
        of=9,
        team="platform",
        most=(("aws_s3_bucket busy", 3), (f"account {ACCOUNT}", 2), ("aws_s3_bucket often", 2)),
    )


def test_only_changes_of_the_week_that_somebody_made_are_counted(world: World) -> None:
    happened(world, "earlier", hours=-24 * 7)
    explained = a_judgement(Disposition.EXPLAINED, alert=False)
    world.happened(judged=a_judgement())
    world.happened(by="autoscaling", channel=Channel.SERVICE, resource=a_bucket("x"), judged=explained)

    assert unowned_of(world) == Unowned(changes=0, of=1, team="platform")


def test_without_changes_or_teams_nothing_is_said_of_owners(world: World) -> None:
    assert unowned_of(world) is None

    happened(world, "one")

    assert unowned_of(world, replace(SETTINGS, routing=RoutingRules())) is None


def test_the_count_is_put_into_words() -> None:
    some = Unowned(changes=3, of=5, team="platform", most=(("aws_s3_bucket logs", 2), ("account 1", 1)))

    assert unowned_line(some) == (
        "Owners: 3 of 5 changes went to the default team platform, since no [[owner]] names them; "
        "most often aws_s3_bucket logs (2), account 1 (1)"
    )
    assert "went to everybody" in unowned_line(replace(some, team=None))
    assert unowned_line(Unowned(changes=0, of=5, team="platform")) == (
        "Owners: for each change an [[owner]] says which team answers"
    )
