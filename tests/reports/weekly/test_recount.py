"""The numbers of the weekly report, counted once more out of the tables by SQL alone."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from drift.model.control_test import Assessed, ControlTest, Result
from drift.model.resource import Resource
from drift.model.verdict import Channel, Disposition
from drift.reports.week import Week
from drift.reports.weekly.counts import ControlCount, MadeBy, TeamChanges
from drift.reports.weekly.facts import read_facts
from drift.reports.weekly.numbers import weekly_report
from drift.reports.weekly.report import WeeklyReport
from drift.store.database import Database
from tests.builders import NOON, a_finding, a_judgement
from tests.reports.weekly.test_unowned import ROUTING, SETTINGS, SUNDAY, a_bucket
from tests.world import World

WEEK = timedelta(weeks=1)


@pytest.fixture
def world(database: Database) -> World:
    return World(database=database)


def report_of(world: World, *, names_people: bool = False) -> WeeklyReport:
    settings = replace(SETTINGS, names_people=names_people)
    with world.database.reading() as connection:
        return weekly_report(read_facts(connection, Week(year=2026, number=47), SUNDAY, settings))


def a_quarter(world: World) -> None:
    """Some changes in most of twelve weeks: by hand and not, ticketed and not."""
    for week in range(12):
        for number in range(week % 4):
            at = NOON - week * WEEK + timedelta(hours=number * 5)
            unticketed = a_judgement(Disposition.UNTICKETED if number % 2 else Disposition.AUTHORISED)
            world.happened("opened tcp/22", "opened tcp/23", at=at, judged=unticketed)
        explained = a_judgement(Disposition.EXPLAINED, alert=False)
        at = NOON - week * WEEK
        world.happened(at=at, by="autoscaling", channel=Channel.SERVICE, judged=explained)
        world.happened(at=at, by="deploy", channel=Channel.PIPELINE, resource=a_bucket("logs"))


UNTICKETED = """
    SELECT count(*) FROM change WHERE began_at >= :since AND began_at < :until AND disposition = 'unticketed'
"""

WRITES = """
    SELECT DISTINCT w.key, w.body FROM change c JOIN change_write cw USING (change_id)
    JOIN write w ON w.key = cw.write_key WHERE c.began_at >= :since AND c.began_at < :until
    AND coalesce(c.disposition, '') NOT IN ('explained', 'before-enrolment')
"""


def counted_by_sql(database: Database, since: datetime, until: datetime) -> tuple[int, int]:
    """Manual writes and unticketed changes of a span, without any code of the program."""
    span = {"since": _as_stored(database, since), "until": _as_stored(database, until)}
    with database.reading() as connection:
        unticketed = connection.execute(text(UNTICKETED), span).scalar_one()
        bodies = connection.execute(text(WRITES), span).all()
    channels = [json.loads(bytes(row.body))["classification"]["channel"] for row in bodies]
    return sum(channel in ("console", "manual", "unknown") for channel in channels), unticketed


def _as_stored(database: Database, at: datetime) -> object:
    return at if database.name.startswith("postgresql") else f"{at:%Y-%m-%d %H:%M:%S.%f}"


def test_twelve_weeks_are_what_sql_counts_and_the_last_is_that_of_the_tiles(world: World) -> None:
    a_quarter(world)

    report = report_of(world)

    assert [(one.manual_writes, one.unticketed) for one in report.weeks] == [
        counted_by_sql(world.database, one.since, one.since + WEEK) for one in report.weeks
    ]
    assert len({one.manual_writes for one in report.weeks}) > 2
    last = report.weeks[-1]
    assert (last.manual_writes, last.unticketed) == (report.manual_writes.now, report.unticketed.now)


def test_a_week_of_which_nothing_was_read_is_not_taken_for_a_quiet_one(world: World) -> None:
    world.happened(at=NOON - WEEK)

    weeks = report_of(world).weeks

    assert [one.is_watched for one in weeks[-3:]] == [False, True, False]


def test_changes_by_hand_are_added_up_by_team_and_nobody_is_ranked(world: World) -> None:
    world.happened("one", "two", judged=a_judgement())
    world.happened(resource=a_bucket("logs"), by="bob@example.com")

    report = report_of(world)

    assert report.teams == (
        TeamChanges(team="network", changes=1, writes=2, unticketed=1),
        TeamChanges(team="platform", changes=1, writes=1, unticketed=0),
    )
    assert report.people == ()


def test_people_are_named_only_where_the_configuration_asks_for_it(world: World) -> None:
    world.happened(judged=a_judgement())
    world.happened(resource=a_bucket("logs"), judged=a_judgement())
    world.happened(by="bob@example.com", judged=a_judgement())

    assert report_of(world, names_people=True).people == (
        MadeBy(name="alice@example.com", changes=2),
        MadeBy(name="bob@example.com", changes=1),
    )


def test_each_row_names_the_team_that_answers_for_it(world: World) -> None:
    world.happened(judged=a_judgement())
    world.compared(
        a_finding(resource=Resource(type="aws_s3_bucket", id="logs"), address="aws_s3_bucket.logs")
    )

    report = report_of(world)

    assert {(one.resource, one.team) for one in report.actions} == {
        ("aws_security_group sg-0abc", "network"),
        ("aws_s3_bucket.logs", ROUTING.default),
    }


def test_tests_are_counted_by_change_the_worst_of_each_criterion(world: World) -> None:
    def tested(**found: Result) -> tuple[Assessed, ...]:
        return tuple(
            Assessed(test=test, result=found.get(test.value, Result.PASS), reason="") for test in ControlTest
        )

    results = (
        tested(),
        tested(t4=Result.FAIL, t3=Result.NOT_EVALUABLE),
        tested(t3=Result.NOT_EVALUABLE, t8=Result.FAIL),
        tested(t7=Result.NA, t8=Result.NA),
    )
    for number, tests in enumerate(results):
        world.happened(resource=a_bucket(f"b{number}"), judged=replace(a_judgement(), tests=tests))
    world.happened(resource=a_bucket("not judged yet"))

    assert report_of(world).controls == (
        ControlCount(criterion="CC8.1", passed=2, failed=1, not_evaluable=2),
        ControlCount(criterion="CC7.1", passed=2, failed=1, not_evaluable=1),
    )


def test_how_late_writes_were_recorded_is_told_without_those_of_an_archive(world: World) -> None:
    world.happened(at=NOON)

    watch = report_of(world).seen.watch

    assert watch.lag == watch.lag_p95 == timedelta(0)


def test_any_days_can_be_reported_and_are_held_against_as_many_before(world: World) -> None:
    from drift.reports.days import days_between

    world.happened("one", "two", at=NOON - timedelta(days=3))
    world.happened(at=NOON, judged=a_judgement())
    days = days_between(datetime(2026, 11, 16, tzinfo=UTC).date(), datetime(2026, 11, 18, tzinfo=UTC).date())

    with world.database.reading() as connection:
        report = weekly_report(read_facts(connection, days, SUNDAY, SETTINGS))

    assert (report.manual_writes.now, report.manual_writes.before) == (1, 2)
    assert str(report.week) == "2026-11-16 to 2026-11-18"
