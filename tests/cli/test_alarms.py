"""`drift alarms`: what is wrong with the watch itself, for people and for scripts."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from drift.model.alarm import Alarm
from drift.model.verdict import Severity
from drift.stages.alarm import end_alarm, raise_alarm
from tests.builders import NOON
from tests.cli.running import Drift
from tests.world import World

HOUR = timedelta(hours=1)
SILENT = Alarm(
    slug="silent-account",
    subject="trail: account 111122223333",
    text="account 111122223333 is silent",
    hint="Look whether its trail still delivers.",
    severity=Severity.HIGH,
    since=NOON,
)
LOST = Alarm(
    slug="canary-missing",
    subject="prod",
    text="the canary prod is missing\x1b[2J",
    hint="Look whether the log is delivered.",
    severity=Severity.HIGH,
    since=NOON + HOUR,
)


@pytest.fixture
def alarmed(world: World) -> World:
    """An alarm that stands, and one that is over."""
    with world.database.transaction() as connection:
        raise_alarm(connection, [], SILENT, NOON + HOUR)
        raise_alarm(connection, [], LOST, NOON + 2 * HOUR)
        end_alarm(connection, [], SILENT.slug, SILENT.subject, NOON + 3 * HOUR)
    return world


def test_without_any_nothing_is_listed(drift: Drift) -> None:
    ran = drift("alarms")

    assert (ran.code, ran.out, ran.err) == (0, "", "0 alarms standing\n")


def test_those_that_stand_are_listed_with_the_next_step(drift: Drift, alarmed: World) -> None:
    ran = drift("alarms")

    first, second, third = ran.lines
    assert ran.code == 0
    assert first == "high      the canary prod is missing\N{REPLACEMENT CHARACTER}[2J"
    assert second.endswith("  since 2026-11-16 13:00")
    assert third == "          Look whether the log is delivered."
    assert ran.err == "1 alarm standing\n"


def test_those_that_are_over_are_listed_on_demand(drift: Drift, alarmed: World) -> None:
    ran = drift("alarms", "--all")

    assert ran.lines[0] == "high      account 111122223333 is silent"
    assert ran.lines[1].endswith("  since 2026-11-16 12:00, over since 2026-11-16 15:00")
    assert ran.err == "1 alarm standing, 1 over\n"


def test_a_cycle_names_what_stands_and_is_none_the_worse_for_it(drift: Drift, world: World) -> None:
    dead = replace(LOST, slug="job-died", subject="sweep", text="the job sweep died")
    with world.database.transaction() as connection:
        raise_alarm(connection, [], dead, NOON)

    ran = drift("run", "--once")

    assert ran.code == 0
    assert "alarms    1 standing: the job sweep died (`drift alarms` lists them)" in ran.lines


def test_json_has_every_key(drift: Drift, alarmed: World) -> None:
    ran = drift("alarms", "--all", "--json")

    first, second = map(json.loads, ran.lines)
    assert first.keys() == second.keys()
    assert first | {"alarm_id": "", "ledger_seq": 0} == {
        "alarm_id": "",
        "slug": "silent-account",
        "subject": "trail: account 111122223333",
        "severity": "high",
        "text": "account 111122223333 is silent",
        "hint": "Look whether its trail still delivers.",
        "since": "2026-11-16T12:00:00Z",
        "raised_at": "2026-11-16T13:00:00Z",
        "ended_at": "2026-11-16T15:00:00Z",
        "ledger_seq": 0,
    }
    assert second["ended_at"] is None
