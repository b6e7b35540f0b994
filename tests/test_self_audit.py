"""Once a month the watch draws a sample of what changed, as an auditor would, and nobody chooses which."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from drift.ledger.checkpoint import checkpoints
from drift.model.change import Change
from drift.model.evidence import EntryKind
from drift.model.judgement import Judgement
from drift.model.resource import Resource
from drift.model.self_sample import Lacking, SelfSample
from drift.model.ticket import Coverage, TicketMatch
from drift.model.verdict import Disposition
from drift.reports.month import Month, month_at, month_called
from drift.reports.self_sample import DRAWN, draw_sample, last_sample, picks, seed_of
from drift.rounds import Rounds
from drift.self_audit import MOST_MONTHS, sample_months
from drift.store.database import Database
from tests.builders import NOON, a_judgement, a_match, a_ticket, an_event
from tests.scenarios.cloud import ALICE, Watch
from tests.world import World

NOVEMBER = Month(year=2026, number=11)
SECOND = datetime(2026, 12, 2, 6, tzinfo=UTC)
"""When the sample of November is due."""


@pytest.fixture
def watch(sqlite_database: Database) -> Watch:
    return Watch(database=sqlite_database)


def at(watch: Watch, time: datetime) -> None:
    """Run once at this time."""
    watch.clock.time = time
    assert watch.pipeline.run_once() == ()


def months(watch: Watch) -> list[str]:
    return [entry.ref for entry in watch.ledger(EntryKind.SELF_SAMPLE)]


def drawn(world: World, month: Month = NOVEMBER) -> SelfSample:
    """Seal the ledger a while after the month, and draw."""
    world.sealed(at=month.until + timedelta(days=1, hours=6))
    with world.database.reading() as connection:
        found = draw_sample(connection, month)
    assert found is not None
    return found


def changed(world: World, number: int = 0, judgement: Judgement | None = None) -> Change:
    """A security group was changed, and that was judged."""
    return happened(world, f"sg-{number}", NOON + timedelta(minutes=6 * number), judgement)


def happened(world: World, id_: str, time: datetime, judgement: Judgement | None = None) -> Change:
    group = Resource(type="aws_security_group", id=id_)
    return world.happened(at=time, resource=group, judged=judgement or a_judgement())


def test_a_month_is_drawn_once_after_it_is_over(watch: Watch) -> None:
    watch.told(an_event(principal=ALICE))
    at(watch, SECOND - timedelta(days=1, hours=12))
    assert months(watch) == []

    for later in range(3):
        at(watch, SECOND + timedelta(hours=later))

    assert months(watch) == ["2026-11"]
    [body] = watch.bodies(EntryKind.SELF_SAMPLE)
    assert (body["population"], body["left_out"], len(body["drawn"])) == (1, 0, 1)
    [change] = body["drawn"]
    assert change["change_id"] == watch.change().change.change_id
    assert change["lacking"] == ["ticket", "approval"]


def test_months_that_were_missed_are_made_up_for_each_by_itself(watch: Watch) -> None:
    watch.told(an_event(principal=ALICE))

    at(watch, datetime(2027, 2, 20, tzinfo=UTC))

    assert months(watch) == ["2026-11", "2026-12", "2027-01"]
    assert [body["population"] for body in watch.bodies(EntryKind.SELF_SAMPLE)] == [1, 0, 0]


def test_a_standstill_of_years_is_made_up_for_as_far_as_an_audit_reaches(watch: Watch) -> None:
    watch.told(an_event(principal=ALICE))

    at(watch, datetime(2029, 2, 20, tzinfo=UTC))

    assert months(watch) == [str(Month(year=2028, number=number)) for number in range(2, 13)] + ["2029-01"]
    assert len(months(watch)) == MOST_MONTHS


def test_what_was_before_the_watch_is_not_drawn_from(watch: Watch) -> None:
    at(watch, SECOND)

    assert months(watch) == []


def test_the_daemon_has_a_job_for_it_that_tells_what_lacks(watch: Watch) -> None:
    watch.told(an_event(principal=ALICE))
    watch.clock.time = SECOND
    rounds = Rounds(watch.pipeline)

    first, second = rounds.sample_months(), rounds.sample_months()

    assert (first.count("samples"), first.count("lacking")) == (1, 1)
    assert "of the sample, 1 change without a ticket or an approval" in first.problems[0]
    assert (second.count("samples"), second.problems) == (0, ())


def test_of_two_processes_only_one_records_it(watch: Watch) -> None:
    watch.told(an_event(principal=ALICE))
    have = watch.pipeline.have

    both = [sample_months(have, SECOND), sample_months(have, SECOND)]

    assert [len(one) for one in both] == [1, 0]


def test_anybody_draws_the_same_from_the_ledger(world: World) -> None:
    """
    By the rule in docs/ledger-format.md, written down once more without our code.
    """
    changes = [changed(world, number) for number in range(60)]

    sample = drawn(world)

    with world.database.reading() as connection:
        root = checkpoints(connection)[-1].root
    seed = hashlib.sha256(f"driftledger/self-sample\n2026-11\n{root}\n".encode()).hexdigest()
    ids = [one.change_id for one in sorted(changes, key=lambda one: (one.began_at, one.change_id))]
    expected = []
    for run in range(25):
        members = ids[run * 60 // 25 : (run + 1) * 60 // 25]
        expected.append(members[int(hashlib.sha256(f"{seed}/{run}".encode()).hexdigest(), 16) % len(members)])
    assert (sample.seed, sample.population) == (seed, 60)
    assert [one.change_id for one in sample.drawn] == expected


def test_what_comes_after_the_checkpoint_changes_nothing(world: World) -> None:
    for number in range(40):
        changed(world, number)
    first = drawn(world)

    changed(world, 40)
    world.sealed(at=SECOND + timedelta(days=3))

    with world.database.reading() as connection:
        assert draw_sample(connection, NOVEMBER) == first


def test_another_root_draws_others() -> None:
    one, other = (picks(seed_of(NOVEMBER, root), 10_000, DRAWN) for root in ("AAAA", "BBBB"))

    assert one != other


@pytest.mark.parametrize("population", [0, 1, DRAWN - 1, DRAWN, DRAWN + 1, 1000])
def test_as_many_as_wanted_are_drawn_each_once(population: int) -> None:
    places = picks(seed_of(NOVEMBER, "AAAA"), population, DRAWN)

    assert len(set(places)) == len(places) == min(population, DRAWN)
    assert places == sorted(places)
    assert all(0 <= place < population for place in places)


def test_what_nobody_must_answer_for_is_counted_apart(world: World) -> None:
    changed(world, 0)
    changed(world, 1, a_judgement(Disposition.EXPLAINED))
    changed(world, 2, a_judgement(Disposition.BEFORE_ENROLMENT))

    sample = drawn(world)

    assert (sample.population, sample.left_out) == (1, 2)


def test_the_latest_word_on_a_change_counts(world: World) -> None:
    change = changed(world, 0)
    world.judged(change, a_judgement(Disposition.AUTHORISED, match=approved()))

    [one] = drawn(world).drawn

    assert (one.disposition, one.lacking) == (Disposition.AUTHORISED, ())


def approved() -> TicketMatch:
    """A ticket covers it, and somebody else allowed it."""
    found = a_match(Coverage.APPROVED_BEFORE, ticket=a_ticket())
    return replace(found, approver="bob@example.com", approved_at=NOON)


def test_an_approval_that_came_late_is_told_as_such(world: World) -> None:
    changed(world, 0, a_judgement(Disposition.RETROACTIVE, match=approved()))

    assert drawn(world).drawn[0].lacking == (Lacking.APPROVAL_BEFORE,)


def test_a_waiver_lacks_nothing(world: World) -> None:
    changed(world, 0, a_judgement(Disposition.WAIVED))

    assert drawn(world).drawn[0].lacking == ()


def test_what_began_in_another_month_belongs_to_that(world: World) -> None:
    happened(world, "sg-before", NOVEMBER.since - timedelta(seconds=1))
    happened(world, "sg-first", NOVEMBER.since)
    happened(world, "sg-after", NOVEMBER.until)

    assert drawn(world).population == 1


def test_the_last_sample_is_found_again(watch: Watch) -> None:
    watch.told(an_event(principal=ALICE))
    at(watch, datetime(2027, 2, 20, tzinfo=UTC))

    with watch.database.reading() as connection:
        found = last_sample(connection)

    assert found is not None
    assert found.month == "2027-01"


@pytest.mark.parametrize("name", ["2026-01", "2026-11", "2026-12"])
def test_months_follow_each_other(name: str) -> None:
    month = month_called(name)

    assert (str(month), month.next.previous, month.previous.next) == (name, month, month)
    assert month_at(month.since) == month_at(month.until - timedelta(microseconds=1)) == month
    assert month_at(month.until) == month.next > month


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return World(database=sqlite_database)
