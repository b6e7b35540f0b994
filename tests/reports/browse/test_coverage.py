"""Of which days and accounts it is known that everything was read."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from drift.model.enrolment import EnrolmentRules, Mode
from drift.model.environment import Environment
from drift.reports.browse.accounts import account_list
from drift.reports.browse.coverage_days import DAYS, DayState, Run, Span, runs_of, share_of
from drift.reports.browse.overview import overview
from drift.reports.population import Period
from drift.stages.decide import DecisionRules
from drift.stages.record.gaps import open_gap
from drift.store.covered import begin_places, keep_source_read
from drift.store.database import Database
from drift.store.enrolment import SOURCE, begin_watch
from tests.builders import ACCOUNT, NOON, a_finding, a_judgement
from tests.reports.browse.test_standing import GAP
from tests.world import World

DAY = timedelta(days=1)
MIDNIGHT = NOON.replace(hour=0)


def states(runs: tuple[Run, ...]) -> list[tuple[int, str]]:
    return [(run.days, run.state.value) for run in runs]


def test_days_before_the_first_record_were_not_read() -> None:
    runs = runs_of(Span(since=NOON - 10 * DAY, until=NOON), (), NOON)

    assert states(runs) == [(DAYS - 11, "none"), (1, "partial"), (10, "complete")]
    assert runs[0].first == date(NOON.year, NOON.month, NOON.day) - (DAYS - 1) * DAY


def test_a_gap_makes_its_days_partial_or_takes_them_whole() -> None:
    gap = Span(since=NOON - 5 * DAY, until=MIDNIGHT - 3 * DAY)

    runs = runs_of(Span(since=NOON - 200 * DAY, until=NOON), [gap], NOON)

    assert states(runs) == [(DAYS - 6, "complete"), (1, "partial"), (1, "none"), (4, "complete")]


def test_today_is_complete_as_far_as_it_was_read_but_an_outage_shows() -> None:
    read = Span(since=None, until=NOON - timedelta(minutes=20))

    assert states(runs_of(read, (), NOON)) == [(DAYS, "complete")]
    outage = Span(since=NOON - timedelta(hours=3), until=None)
    assert runs_of(read, [outage], NOON)[-1].state is DayState.PARTIAL


def test_gaps_that_overlap_are_counted_once() -> None:
    gaps = [Span(since=NOON + DAY * n, until=NOON + DAY * (n + 2)) for n in (2, 3)]

    assert share_of([(Span(since=None, until=None), gaps)], NOON, NOON + 10 * DAY) == 0.7
    assert share_of([], NOON, NOON + DAY) is None


DECISION = DecisionRules(
    environments=(Environment(name="production", accounts=(re.compile(ACCOUNT),), is_production=True),)
)


def a_read_world(database: Database, now: datetime) -> World:
    world = World(database=database)
    world.happened(judged=a_judgement())
    world.compared(a_finding(), at=NOON)
    with database.transaction() as connection:
        begin_watch(connection, SOURCE, "trail", NOON - 9 * DAY)
        keep_source_read(connection, "trail", now, now - timedelta(minutes=5))
        begin_places(connection, "trail", NOON)
    return world


def test_each_account_says_how_it_is_covered_and_treated_and_what_is_open(database: Database) -> None:
    a_read_world(database, NOON + 2 * DAY)

    with database.reading() as connection:
        rules = EnrolmentRules(mode=Mode.OBSERVE)
        listed = account_list(connection, now=NOON + 2 * DAY, rules=rules, decision=DECISION)
        later = account_list(connection, now=NOON + 60 * DAY, rules=rules, decision=DECISION)
        behind = account_list(connection, now=NOON, rules=rules, decision=DECISION, after=ACCOUNT)

    [row] = listed.rows
    assert (row.account, row.environment, row.mode) == (ACCOUNT, "production", Mode.OBSERVE)
    assert (row.open_findings, row.changes.number) == (1, 1)
    assert later.rows[0].changes.number == 0
    [source] = row.sources
    assert source.newest_record_at == NOON
    within = Period(since=MIDNIGHT)
    assert states(source.runs(NOON + 2 * DAY, within)) == [(3, "complete")]
    assert (listed.after, behind.rows) == (None, ())


def test_a_source_that_was_never_read_to_its_end_covers_nothing(database: Database) -> None:
    world = World(database=database)
    world.happened()

    with database.reading() as connection:
        found = overview(connection, now=NOON + DAY)

    assert (found.covered, found.not_read) == ("0.0", ("trail",))
    assert str(found.needs) == "0 seen, 0.0 % covered"


def test_the_overview_says_what_it_saw_and_how_much_of_it(database: Database) -> None:
    a_read_world(database, NOON + 2 * DAY)

    with database.reading() as connection:
        found = overview(connection, now=NOON + 2 * DAY)

    assert (found.covered, str(found.needs), str(found.unticketed)) == ("100.0", "1", "1")
    assert [row.summary for row in found.needing] == ["opened tcp/22 to 0.0.0.0/0"]
    assert (str(found.open_drift), found.oldest_drift_at) == ("1 seen, 0.0 % covered", NOON)
    assert (found.declared, found.compared, found.compared_at) == (1, 0, NOON)

    with database.transaction() as connection:
        open_gap(
            connection,
            "gap-1",
            replace(GAP, opened_at=NOON + 2 * DAY, from_at=NOON + 2 * DAY),
            NOON + 2 * DAY,
        )
    with database.reading() as connection:
        found = overview(connection, now=NOON + 3 * DAY)

    assert (found.gaps, found.not_read) == (1, ())
    assert found.covered is not None
    assert 80 < float(found.covered) < 90
    assert str(found.unticketed) == f"1 seen, {found.covered} % covered"


def test_a_watch_that_stopped_does_not_pass_for_complete(database: Database) -> None:
    a_read_world(database, NOON + 2 * DAY)

    with database.reading() as connection:
        found = overview(connection, now=NOON + 5 * DAY)

    assert found.covered is not None
    assert float(found.covered) < 60


def test_an_auditor_sees_numbers_of_their_period(database: Database) -> None:
    a_read_world(database, NOON + 2 * DAY)

    with database.reading() as connection:
        within = Period(since=NOON + timedelta(hours=1))
        found = overview(connection, now=NOON + 2 * DAY, within=within)

    assert (found.needing, found.needs.count.number, found.open_drift.count.number) == ((), 0, 0)
