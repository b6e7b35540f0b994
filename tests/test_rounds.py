"""What one job of the daemon has to know of another."""

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain

import pytest

from drift.again import AT_ONCE, Again
from drift.model.baseline import Declaration, DeclaredResource
from drift.model.event import Effect
from drift.model.resource import LiveReading
from drift.model.survey import ByPlace
from drift.model.verdict import Disposition
from drift.pipeline import Pipeline
from drift.ports import Watched
from drift.rounds import Rounds, with_stop
from drift.stages.collect import BATCH_RECORDS
from drift.store.database import Database
from tests.builders import NOON, an_event
from tests.scenarios.cloud import ALICE, Watch
from tests.scenarios.test_read_again import Estate, a_resize
from tests.store.test_to_judge import a_change

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


def judged(watch: Watch, rounds: Rounds, at: datetime) -> list[int]:
    """How many sessions a turn judges: what is new first, and then what is looked at once more."""
    seen: list[int] = []
    judge = type(rounds.pipeline).judge_sessions

    def counted(pipeline: Pipeline, declared: ByPlace, ids: Sequence[str], now: datetime) -> list[str]:
        seen.append(len(ids))
        return judge(pipeline, declared, ids, now)

    watch.clock.time = at
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(type(rounds.pipeline), "judge_sessions", counted)
        rounds.judge()
    return seen


def test_a_ticket_is_not_looked_for_at_every_turn(watch: Watch) -> None:
    """
    Thousands of changes may lack one: each turn would ask for all of them before it tells of a new one.
    """
    watch.cycle()
    rounds = Rounds(watch.pipeline)
    happened(watch, rounds, minute=1)
    second, minute = timedelta(seconds=1), timedelta(minutes=1)
    at = NOON + minute

    assert judged(watch, rounds, at) == [1, 1]
    assert judged(watch, rounds, at + second) == [0, 0]
    assert judged(watch, rounds, at + minute) == [0, 1]


def test_a_ticket_that_did_not_come_in_time_is_looked_for_less_often(watch: Watch) -> None:
    watch.cycle()
    rounds = Rounds(watch.pipeline)
    happened(watch, rounds, minute=1)
    late, minute = NOON + timedelta(hours=5), timedelta(minutes=1)
    judged(watch, rounds, late)

    assert [judged(watch, rounds, late + number * minute)[1] for number in range(1, 7)].count(1) == 1


def test_whoever_was_to_answer_and_did_not_is_told_of_in_the_minute_that_the_time_is_over(
    watch: Watch,
) -> None:
    watch.cycle()
    rounds = Rounds(watch.pipeline)
    happened(watch, rounds, minute=1)
    due_at = NOON + timedelta(minutes=1) + watch.pipeline.have.policy.decision.answer_deadline
    second = timedelta(seconds=1)
    judged(watch, rounds, due_at - second)

    assert judged(watch, rounds, due_at) == [1, 0]


def test_what_is_looked_at_once_more_comes_in_portions(sqlite_database: Database) -> None:
    """
    What is new has its turn between two of them.
    """
    again, sessions = Again(), [f"ses-{number:03}" for number in range(2 * AT_ONCE + 1)]
    with sqlite_database.transaction() as connection:
        for one in sessions:
            a_change(connection, Disposition.PENDING, session_id=one)

    portions = [again.portion(sqlite_database, NOON + timedelta(seconds=number)) for number in range(4)]

    assert [len(one) for one in portions] == [AT_ONCE, AT_ONCE, 1, 0]
    assert sorted(chain.from_iterable(portions)) == sessions
    assert not again.has_more


def test_looking_once_more_takes_a_tenth_of_the_time_at_most(sqlite_database: Database) -> None:
    again = Again()
    with sqlite_database.transaction() as connection:
        for number in range(AT_ONCE + 1):
            a_change(connection, Disposition.PENDING, session_id=f"ses-{number:03}")
    again.portion(sqlite_database, NOON)
    again.portion(sqlite_database, NOON + timedelta(minutes=1))

    assert not again.portion(sqlite_database, NOON + timedelta(minutes=9))
    assert again.portion(sqlite_database, NOON + timedelta(minutes=10))


def test_who_judges_is_told_of_a_batch_with_writes_before_the_source_is_read_to_its_end(watch: Watch) -> None:
    """
    A queue that is never empty is never read to its end.
    """
    told: list[int] = []

    def note() -> None:
        told.append(sum(watch.counts().values()))

    rounds = Rounds(with_stop(watch.pipeline, threading.Event(), note))
    watch.deliver(*(an_event(event_id=f"e-{number}", principal=ALICE) for number in range(BATCH_RECORDS + 1)))
    watch.deliver(an_event(event_id="a-read", principal=ALICE, effect=Effect.READ))

    rounds.read("trail")

    assert told == [BATCH_RECORDS, BATCH_RECORDS + 1]


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
