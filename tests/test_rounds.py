"""What one job of the daemon has to know of another."""

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from drift.model.baseline import Declaration, DeclaredResource
from drift.model.resource import LiveReading
from drift.ports import Watched
from drift.rounds import OPEN_AGAIN_EVERY, Rounds, with_stop
from drift.stages.collect import BATCH_RECORDS
from drift.store.database import Database
from tests.builders import NOON, an_event
from tests.scenarios.cloud import ALICE, Watch
from tests.scenarios.test_read_again import Estate, a_resize

PATIENCE = 30


class SlowEstate(Estate):
    """An estate of which reading can be held up."""

    def __init__(self) -> None:
        super().__init__()
        self.is_read, self.may_go_on = threading.Event(), threading.Event()
        self.may_go_on.set()

    def read(self, declared: Sequence[DeclaredResource]) -> Iterator[LiveReading]:
        """Read what is there, once that is allowed."""
        self.is_read.set()
        assert self.may_go_on.wait(PATIENCE)
        return super().read(declared)


@pytest.fixture
def estate() -> SlowEstate:
    return SlowEstate()


@pytest.fixture
def watch(sqlite_database: Database, estate: SlowEstate) -> Watch:
    return Watch(database=sqlite_database, watched=(Watched(baseline=estate, live=estate),))


def happened(watch: Watch, rounds: Rounds, *, minute: float) -> None:
    """Alice resizes a database, and the record is read."""
    watch.deliver(a_resize("orders", "big", at=minute))
    watch.clock.time = NOON + timedelta(minutes=minute)
    assert rounds.read("trail").count("writes") == 1


def test_nothing_is_judged_before_it_is_known_what_is_declared(watch: Watch) -> None:
    rounds = Rounds(watch.pipeline)
    happened(watch, rounds, minute=1)

    assert rounds.judge().is_put_off
    rounds.sweep()
    judged = rounds.judge()

    assert not judged.is_put_off
    assert watch.change().judgement is not None


def test_a_store_that_was_compared_before_the_start_is_judged_by_at_once(watch: Watch) -> None:
    watch.cycle()
    rounds = Rounds(watch.pipeline)
    happened(watch, rounds, minute=1)

    judged = rounds.judge()

    assert (judged.count("resources compared"), judged.count("alerts due")) == (1, 1)
    assert rounds.tell().count("sent") == 1


def test_a_first_comparison_that_fails_holds_up_no_judgement(watch: Watch, estate: SlowEstate) -> None:
    def no_state() -> Iterator[Declaration]:
        raise ValueError("a defect")
        yield

    estate.declared = no_state  # type: ignore[method-assign]
    rounds = Rounds(watch.pipeline)

    swept = rounds.sweep()

    assert "a defect" in (swept.failure or "")
    assert not rounds.judge().is_put_off


def test_judging_does_not_wait_for_a_sweep_and_compares_the_next_time(
    watch: Watch, estate: SlowEstate
) -> None:
    watch.cycle()
    rounds = Rounds(watch.pipeline)
    happened(watch, rounds, minute=1)
    estate.is_read.clear()
    estate.may_go_on.clear()
    watch.clock.time = NOON + timedelta(seconds=30)  # when the sweep began, before the write
    sweeping = threading.Thread(target=rounds.sweep)
    sweeping.start()
    assert estate.is_read.wait(PATIENCE)

    watch.clock.time = NOON + timedelta(minutes=1)
    meanwhile = rounds.judge()
    estate.may_go_on.set()
    sweeping.join(PATIENCE)
    afterwards = rounds.judge()

    assert (meanwhile.count("resources compared"), meanwhile.count("alerts due")) == (0, 1)
    assert afterwards.count("resources compared") == 1


def test_a_ticket_is_not_looked_for_at_every_turn(watch: Watch) -> None:
    watch.cycle()
    rounds = Rounds(watch.pipeline)
    asked: list[int] = []
    judge = type(rounds.pipeline).judge

    def counted(*arguments: object, open_since: object, **named: object) -> list[str]:
        asked.append(open_since == watch.clock.time)
        return judge(*arguments, open_since=open_since, **named)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(type(rounds.pipeline), "judge", counted)
        for later in (timedelta(), OPEN_AGAIN_EVERY / 2, OPEN_AGAIN_EVERY):
            watch.clock.time = NOON + later
            rounds.judge()

    assert asked == [False, True, False]


def test_reading_that_is_told_to_stop_ends_after_the_batch_in_hand(watch: Watch) -> None:
    stopping = threading.Event()
    rounds = Rounds(with_stop(watch.pipeline, stopping))
    events = (an_event(event_id=f"e-{number}", principal=ALICE) for number in range(2 * BATCH_RECORDS))
    watch.deliver(*events)
    stopping.set()

    first = rounds.read("trail")
    stopping.clear()
    rest = rounds.read("trail")

    assert (first.count("records"), first.is_put_off) == (BATCH_RECORDS, True)
    assert (rest.count("records"), rest.is_put_off) == (BATCH_RECORDS, False)
    assert sum(watch.counts().values()) == 2 * BATCH_RECORDS
