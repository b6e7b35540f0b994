"""What a month costs follows from what was read, and says so where too little was."""

from datetime import timedelta

import pytest

from drift.model.budget import Budget, BudgetUnit
from drift.reports.cost import Cost, Read, Swept, expected_cost
from drift.store.database import Database
from tests.builders import NOON
from tests.world import World

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def world(database: Database) -> World:
    return World(database=database)


def cost(
    world: World,
    *,
    poll_every: timedelta = MINUTE,
    sweep_every: timedelta = HOUR,
    budget: Budget = Budget(),  # noqa: B008 - frozen
) -> Cost:
    with world.database.reading() as connection:
        baselines = [Swept(name="prod", every=sweep_every), Swept(name="later", every=6 * sweep_every)]
        return expected_cost(
            connection, [Read(name="trail", budget=budget)], baselines, poll_every=poll_every
        )


def test_requests_follow_from_the_intervals_and_from_what_is_declared(world: World) -> None:
    world.compared(declared=40)

    found = cost(world)

    prod, later = found.baselines
    assert found.sources[0].polls == 30 * 24 * 60
    assert (prod.states, prod.resources, prod.comparisons, prod.reads) == (1, 40, 720, 28_800)
    assert (later.states, later.reads, later.comparisons) == (0, 0, 120)


def test_records_and_growth_follow_from_the_days_that_were_read(world: World) -> None:
    for hour in range(0, 48, 2):
        world.happened(at=NOON + timedelta(hours=hour))

    found = cost(world)

    [source] = found.sources
    assert source.records == round(24 / 47 * 720)
    assert source.log_bytes == source.records * 2000
    assert found.storage.grows_by is not None
    assert 10 * found.storage.bytes_now < found.storage.grows_by < 20 * found.storage.bytes_now


def test_what_was_not_read_yet_is_not_guessed(world: World) -> None:
    found = cost(world)

    assert (found.sources[0].records, found.storage.grows_by) == (None, None)
    assert found.storage.bytes_now > 0


def test_a_budget_that_will_not_last_is_told(world: World) -> None:
    for hour in range(0, 48, 2):
        world.happened(at=NOON + timedelta(hours=hour))
    enough = Budget(requests_a_day=1440, bytes_a_month=10**6)
    few, small = Budget(requests_a_day=1439), Budget(bytes_a_month=700_000)

    told = [cost(world, budget=one).sources[0].too_small for one in (Budget(), enough, few, small)]

    assert told == [
        (),
        (),
        ((BudgetUnit.REQUESTS_A_DAY, 1439),),
        ((BudgetUnit.BYTES_A_MONTH, 700_000),),
    ]
