"""The daemon starts, watches and stops inside a test; signals are the command line's affair."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from drift.daemon import ENDS, MOST_FAILURES, Daemon, Ended, Listeners
from drift.errors import DriftError, LedgerIntegrityError, StoreError
from drift.model.turn import Turn
from drift.store.database import Database
from drift.store.job_runs import JobRun, job_runs
from drift.timetable import Job, every

SOON = timedelta(milliseconds=20)
SELDOM = timedelta(hours=1)
PATIENCE = 30


class Heard:
    """What the daemon tells."""

    def __init__(self) -> None:
        self.turns: list[Ended] = []
        self.alarms: list[str] = []
        self._news = threading.Condition()

    def ended(self, ended: Ended) -> None:
        """Keep what a turn did."""
        with self._news:
            self.turns.append(ended)
            self._news.notify_all()

    def died(self, _job: str, text: str) -> None:
        """Keep what is said of a job that died."""
        with self._news:
            self.alarms.append(text)
            self._news.notify_all()

    def wait_for(self, what: Callable[[], bool]) -> None:
        """Return once it is so; never wait for ever."""
        with self._news:
            assert self._news.wait_for(what, PATIENCE)


@pytest.fixture
def heard() -> Heard:
    return Heard()


def a_job(name: str, run: Callable[[], Turn], interval: timedelta = SELDOM, *wakes: str) -> Job:
    """A job that is due at once, and then every so often."""
    return Job(name=name, trigger=every(interval), run=run, wakes=wakes, at_start=True)


@contextmanager
def started(database: Database, heard: Heard, *jobs: Job, first_wait: timedelta = SOON) -> Iterator[Daemon]:
    """A daemon that runs within the block."""
    listeners = [Listeners(ended=heard.ended, died=heard.died)]
    daemon = Daemon(jobs, database, listeners, first_wait=first_wait)
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()
        with suppress(DriftError):  # a test that is about it was told before
            daemon.wait()


def runs(database: Database) -> dict[str, JobRun]:
    with database.reading() as connection:
        return job_runs(connection)


def fail(error: BaseException) -> Turn:
    raise error


def test_a_job_begins_at_once(sqlite_database: Database, heard: Heard) -> None:
    with started(sqlite_database, heard, a_job("read", Turn)):
        heard.wait_for(lambda: [one.job for one in heard.turns] == ["read"])


def test_turns_follow_one_another_and_never_overlap(sqlite_database: Database, heard: Heard) -> None:
    busy = threading.Lock()

    def run() -> Turn:
        assert busy.acquire(blocking=False), "two turns at once"
        threading.Event().wait(0.05)
        busy.release()
        return Turn()

    with started(sqlite_database, heard, a_job("read", run, SOON)):
        heard.wait_for(lambda: len(heard.turns) >= 4)

    assert heard.alarms == []


def test_a_job_that_hangs_stops_no_other(sqlite_database: Database, heard: Heard) -> None:
    may_end = threading.Event()

    def hang() -> Turn:
        may_end.wait(PATIENCE)
        return Turn()

    with started(sqlite_database, heard, a_job("read", hang), a_job("judge", Turn, SOON)) as daemon:
        heard.wait_for(lambda: [one.job for one in heard.turns] == ["judge"] * 3)
        assert "read" in daemon.running
        assert daemon.awaited == ("read",)
        may_end.set()


def test_a_job_that_did_something_wakes_the_next(sqlite_database: Database, heard: Heard) -> None:
    first = [Turn(counts=(("records", 5),))]
    read = a_job("read", lambda: first.pop() if first else Turn(), SELDOM, "judge")
    judged = Job(name="judge", trigger=every(SELDOM), run=Turn, is_kept=False, at_start=True)

    with started(sqlite_database, heard, judged, read):
        heard.wait_for(lambda: sorted(one.job for one in heard.turns)[:2] == ["judge", "judge"])


def test_who_is_woken_while_it_runs_runs_once_more(sqlite_database: Database, heard: Heard) -> None:
    under_way, may_end = threading.Event(), threading.Event()

    def run() -> Turn:
        under_way.set()
        may_end.wait(PATIENCE)
        return Turn()

    with started(sqlite_database, heard, a_job("judge", run)) as daemon:
        assert under_way.wait(PATIENCE)
        daemon.wake("judge")
        daemon.wake("judge")
        may_end.set()
        heard.wait_for(lambda: len(heard.turns) == 2)


def an_awaiting(run: Callable[[], Turn], *wakes: str) -> Job:
    """A job that waits by itself for something to do, and is looked at only once an hour."""
    return replace(a_job("read", run, SELDOM, *wakes), awaits=True)


def test_what_waits_by_itself_begins_again_as_soon_as_it_has_done_something(
    sqlite_database: Database, heard: Heard
) -> None:
    done = [Turn(counts=(("records", 1),))] * 3

    with started(sqlite_database, heard, an_awaiting(lambda: done.pop() if done else Turn())):
        heard.wait_for(lambda: len(heard.turns) == 4)


def test_what_only_says_that_it_waits_is_not_asked_without_end(
    sqlite_database: Database, heard: Heard
) -> None:
    """
    A service that answers at once that there is nothing would be asked a thousand times a second.
    """
    with started(sqlite_database, heard, an_awaiting(Turn), a_job("judge", Turn, SOON)):
        heard.wait_for(lambda: [one.job for one in heard.turns].count("judge") == 5)

    assert [one.job for one in heard.turns].count("read") == 1


def test_what_waits_by_itself_and_did_only_a_part_begins_again_at_once(
    sqlite_database: Database, heard: Heard
) -> None:
    """
    One file that cannot be read for an hour must not hold up all the others of the queue.
    """
    done = [Turn(counts=(("records", 1),), failure="a file cannot be read")] * 3

    with started(sqlite_database, heard, an_awaiting(lambda: done.pop() if done else Turn())):
        heard.wait_for(lambda: len(heard.turns) == 4)


def test_what_waits_by_itself_and_fails_is_tried_again_soon(sqlite_database: Database, heard: Heard) -> None:
    turns = [Turn(), *[Turn(failure="the queue does not answer")] * 3]

    with started(sqlite_database, heard, an_awaiting(turns.pop)):
        heard.wait_for(lambda: len(heard.turns) == 4)

    assert [one.turn.failure is None for one in heard.turns] == [False, False, False, True]


def test_what_a_job_could_do_only_in_part_is_due_again_when_it_says(
    sqlite_database: Database, heard: Heard
) -> None:
    """
    An alert that one server error held up would wait for the next one, or for the rest of `poll_every`.
    """
    turns = [Turn(), Turn(problems=("the channel does not answer",), again_within=SOON)]

    with started(sqlite_database, heard, a_job("notify", turns.pop)):
        heard.wait_for(lambda: len(heard.turns) == 2)


def test_what_a_job_could_not_do_is_kept_and_told(sqlite_database: Database, heard: Heard) -> None:
    turn = Turn(problems=("the bucket is gone",), failure="the bucket is gone: password=hunter2secret")

    with started(sqlite_database, heard, a_job("read", lambda: turn)):
        heard.wait_for(lambda: bool(heard.turns))

    run = runs(sqlite_database)["read"]
    assert (run.failures, run.last_success_at) == (1, None)
    assert run.last_error == "the bucket is gone: password=(redacted)"
    assert heard.alarms == []


def test_a_dead_job_is_started_again_and_alarmed(sqlite_database: Database, heard: Heard) -> None:
    errors = [StoreError("the database is gone", hint="bring it back"), ValueError("a defect")]

    def run() -> Turn:
        return fail(errors.pop()) if errors else Turn()

    with started(sqlite_database, heard, a_job("judge", run)):
        heard.wait_for(lambda: bool(heard.turns))

    assert heard.alarms == [
        "judge died: ValueError: a defect; it is tried again in 0.02 s",
        "judge died: the database is gone (bring it back); it is tried again in 0.04 s",
    ]
    run_of = runs(sqlite_database)["judge"]
    assert (run_of.failures, run_of.last_error) == (0, "the database is gone (bring it back)")
    assert run_of.last_success_at is not None


def test_a_job_that_died_of_the_store_begins_again_with_the_first_one_that_finds_it_back(
    sqlite_database: Database, heard: Heard
) -> None:
    """
    After an outage of a minute it would wait almost as long once more, and nobody be told meanwhile.
    """
    gone = [StoreError("the store is gone", hint="start it")]
    judge = a_job("judge", lambda: fail(gone.pop()) if gone else Turn())
    read = a_job("read", lambda: Turn(counts=(("records", 1),)), SOON, "judge")
    daemon = Daemon(
        [judge, read], sqlite_database, [Listeners(ended=heard.ended, died=heard.died)], first_wait=SELDOM
    )
    daemon.start()
    try:
        heard.wait_for(lambda: "judge" in [one.job for one in heard.turns])
    finally:
        daemon.stop()
        daemon.wait()


def test_a_job_that_keeps_dying_stops_all_with_its_reason(sqlite_database: Database, heard: Heard) -> None:
    error = StoreError("the disk is full", hint="make room")

    with (
        started(sqlite_database, heard, a_job("read", lambda: fail(error)), a_job("judge", Turn)) as daemon,
        pytest.raises(StoreError, match="the disk is full"),
    ):
        daemon.wait()

    assert len(heard.alarms) == MOST_FAILURES
    assert heard.alarms[-1] == (
        f"read died {MOST_FAILURES} times in a row: the disk is full (make room); {ENDS}"
    )


def test_altered_evidence_stops_all_at_once(sqlite_database: Database, heard: Heard) -> None:
    error = LedgerIntegrityError("entry 7 was altered", hint="keep the database as it is")

    with (
        started(sqlite_database, heard, a_job("checkpoint", lambda: fail(error))) as daemon,
        pytest.raises(LedgerIntegrityError),
    ):
        daemon.wait()

    assert len(heard.alarms) == 1


def test_stopping_lets_the_running_turn_end(sqlite_database: Database, heard: Heard) -> None:
    under_way, may_end = threading.Event(), threading.Event()

    def run() -> Turn:
        under_way.set()
        may_end.wait(PATIENCE)
        return Turn()

    with started(sqlite_database, heard, a_job("read", run)) as daemon:
        assert under_way.wait(PATIENCE)
        daemon.stop()
        may_end.set()
        daemon.wait()

        assert daemon.running == ()
        assert len(heard.turns) == 1


def test_what_ran_before_the_start_is_not_due_at_once(sqlite_database: Database, heard: Heard) -> None:
    sweep = Job(name="sweep", trigger=every(SELDOM), run=Turn)
    with started(sqlite_database, heard, sweep):
        heard.wait_for(lambda: len(heard.turns) == 1)

    with started(sqlite_database, heard, sweep, a_job("read", Turn)):
        heard.wait_for(lambda: len(heard.turns) == 2)

    assert [one.job for one in heard.turns] == ["sweep", "read"]


def test_what_is_put_off_neither_counts_as_done_nor_as_a_success(
    sqlite_database: Database, heard: Heard
) -> None:
    judge = a_job("judge", lambda: Turn(is_put_off=True), SOON)

    with started(sqlite_database, heard, judge, a_job("read", Turn, SOON)) as daemon:
        heard.wait_for(lambda: len(heard.turns) >= 3)
        assert daemon.awaited == ("judge",)

    assert {one.job for one in heard.turns} == {"read"}
    assert "judge" not in runs(sqlite_database)


def test_nobody_to_hear_it_stops_no_job(sqlite_database: Database, heard: Heard) -> None:
    def broken(*_what: object) -> None:
        raise BrokenPipeError("stderr is gone")

    listeners = [Listeners(ended=broken, died=broken), Listeners(ended=heard.ended, died=heard.died)]
    daemon = Daemon([a_job("read", Turn, SOON)], sqlite_database, listeners)
    daemon.start()

    heard.wait_for(lambda: len(heard.turns) >= 2)
    daemon.stop()
    daemon.wait()

    assert heard.alarms == []


def test_the_schedule_is_alive_while_it_runs(sqlite_database: Database, heard: Heard) -> None:
    with started(sqlite_database, heard, a_job("read", Turn)) as daemon:
        assert daemon.is_alive
