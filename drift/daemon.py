"""Runs the jobs of the timetable: start, watch, stop. Signals and flags stay in the command line.

Each job has a thread while it runs, so a source that hangs or dies stops no other job. They write in turns:
each transaction is whole, and waits for the one before it (`Database.transaction`). What two jobs must not
do at once although each transaction is whole, `Rounds` keeps apart.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from drift.errors import DriftError, LedgerIntegrityError, StoreError
from drift.model.turn import Turn
from drift.redact import redact
from drift.reports.wording import counted
from drift.store import job_runs
from drift.store.database import Database
from drift.timetable import Job, every

# It warns of each turn that is left out while the last one still runs, which is just what is wanted.
logging.getLogger("apscheduler").setLevel(logging.ERROR)

MOST_FAILURES = 5
"""After so many in a row somebody must look; a database that was lost may be back before."""

ENDS = "the service ends; nothing is lost, and the next start goes on from here"

FIRST_WAIT = timedelta(seconds=5)
"""Before a job that died is started again, or one that awaits something and failed. It doubles each time."""

MOST_DOUBLINGS = 10

RETRY_WITHIN = timedelta(minutes=10)
"""What could not do its work is tried again so soon, however seldom it is due."""

AWAITED = timedelta(seconds=1)
"""What did nothing, and took no longer, has not waited for anything: another turn begins on schedule."""

GRACE = timedelta(seconds=8)
"""What running jobs get to end in: whoever stops services kills them after ten seconds."""

BEAT_EVERY = timedelta(seconds=5)
ALIVE_FOR = timedelta(seconds=60)
"""A schedule that started nothing for so long is stuck."""

LOOK_UP_EVERY = timedelta(seconds=1)
"""While it only waits, a signal is looked at no later than this."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A turn of a job that has ended."""

    job: str
    turn: Turn
    seconds: float
    at: datetime


@dataclass(slots=True)
class _State:
    """What is known of one job since the start."""

    is_running: bool = False
    is_woken: bool = False
    failures: int = 0
    refusals: int = 0
    """Turns in a row that did nothing but fail."""
    has_lost_store: bool = False
    """It died of the store. Whoever wakes it then has used the store, which is back."""
    has_ended: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Listeners:
    """Who is told of what."""

    ended: Callable[[Ended], None]
    """A job did its turn."""
    died: Callable[[str, str], None]
    """A job died: its name, and what happened in one line for people."""


class Daemon:
    """The jobs on their schedule. One that keeps dying stops all, so that a supervisor sees why."""

    def __init__(
        self,
        jobs: Sequence[Job],
        database: Database,
        listeners: Sequence[Listeners],
        *,
        stopping: threading.Event | None = None,
        first_wait: timedelta = FIRST_WAIT,
    ) -> None:
        """Run `jobs` and keep in `database` how each ended. `stopping` is set once it is to stop."""
        self._jobs = {job.name: job for job in jobs}
        self._states = {job.name: _State() for job in jobs}
        self._database = database
        self._listeners = listeners
        self._first_wait = first_wait
        self._is_over = stopping or threading.Event()
        self._error: BaseException | None = None
        self._beat_at = datetime.now(UTC)
        self._changed = threading.Condition()
        """Guards the states, and tells when one of them changes."""
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            # One thread more than jobs, for turns that find their job still running.
            executors={"default": {"type": "threadpool", "max_workers": len(jobs) + 1}},
            # Whether a job still runs is told by its state: the scheduler's count is a moment behind it.
            job_defaults={"max_instances": 2, "coalesce": True, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin with what is due."""
        with self._database.reading() as connection:
            known = job_runs.job_runs(connection)
        now = datetime.now(UTC)
        for job in self._jobs.values():
            before = known.get(job.name)
            due_at = job.first_due_at(before.last_success_at if before else None, now)
            turn = partial(self._take_turn, job)
            self._scheduler.add_job(turn, job.trigger, id=job.name, next_run_time=due_at)
        self._scheduler.add_job(self._beat, every(BEAT_EVERY), id="heartbeat", next_run_time=now)
        self._scheduler.start()

    def wait(self) -> None:
        """Return when the daemon was stopped and its jobs have ended, or had their time to.

        Raises:
            DriftError: A job died too often; its reason.
        """
        # A signal that comes just before a wait without end would not be looked at before the next one.
        while not self._is_over.wait(LOOK_UP_EVERY.total_seconds()):
            pass
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        with self._changed:
            self._changed.wait_for(lambda: not self.running, GRACE.total_seconds())
        if self._error is not None:
            raise self._error

    @property
    def running(self) -> tuple[str, ...]:
        """The jobs that are taking a turn."""
        return tuple(name for name, state in self._states.items() if state.is_running)

    @property
    def is_stopping(self) -> bool:
        """It was told to stop."""
        return self._is_over.is_set()

    @property
    def is_alive(self) -> bool:
        """The schedule starts what is due."""
        return datetime.now(UTC) - self._beat_at < ALIVE_FOR

    @property
    def awaited(self) -> tuple[str, ...]:
        """The jobs that are due at every start, and have not ended a turn since."""
        return tuple(
            name for name, job in self._jobs.items() if job.at_start and not self._states[name].has_ended
        )

    def stop(self) -> None:
        """Let running turns end, between two batches, and begin no other."""
        self._is_over.set()

    def wake(self, name: str) -> None:
        """Have a job take a turn at once, or once more after the one that it is taking."""
        state = self._states[name]
        with self._changed:
            state.is_woken = state.is_running
            is_dead = state.failures and not state.has_lost_store  # it waits
            is_due = not state.is_running and not is_dead
        if is_due:
            self._due_at(name, datetime.now(UTC))

    def _due_at(self, name: str, at: datetime) -> None:
        if not self.is_stopping:
            self._scheduler.modify_job(name, next_run_time=at)

    def _due_within(self, name: str, wait: timedelta) -> None:
        latest, due = datetime.now(UTC) + wait, self._scheduler.get_job(name)
        if due is not None and due.next_run_time is not None and due.next_run_time > latest:
            self._due_at(name, latest)

    def _beat(self) -> None:
        self._beat_at = datetime.now(UTC)

    def _take_turn(self, job: Job) -> None:
        """Run a job, and again for as long as it was woken meanwhile; never twice at once."""
        state = self._states[job.name]
        with self._changed:
            if state.is_running or self.is_stopping:
                return
            state.is_running = True
        while True:
            goes_on = self._run(job, state)
            with self._changed:
                is_wanted = state.is_woken or goes_on
                state.is_running = is_wanted and not state.failures and not self.is_stopping
                state.is_woken = False
                if not state.is_running:
                    self._changed.notify_all()
                    return

    def _run(self, job: Job, state: _State) -> bool:
        """Take one turn; tell whether another is to follow at once."""
        began = time.monotonic()
        try:
            turn = job.run()
            ended = Ended(job=job.name, turn=turn, seconds=time.monotonic() - began, at=datetime.now(UTC))
            if job.is_kept and not turn.is_put_off:
                self._keep(ended)
        except BaseException as error:  # noqa: BLE001 - told, tried again, and at last raised by `wait`
            state.has_ended = True
            self._died(job, state, error)
            return False
        state.failures = 0
        state.has_ended |= not turn.is_put_off
        has_done = any(number for _, number in turn.counts)
        state.refusals = 0 if turn.failure is None or has_done else state.refusals + 1
        if turn.failure is not None:
            self._due_within(job.name, self._wait_after(state.refusals) if job.awaits else RETRY_WITHIN)
        if turn.again_within is not None:
            self._due_within(job.name, turn.again_within)
        if turn.counts or not turn.is_put_off:
            for one in self._listeners:
                # stderr may be gone: nobody hears it, and the watch goes on
                with suppress(OSError, StoreError):
                    one.ended(ended)
        if has_done:
            for name in job.wakes:
                self.wake(name)
        # What failed besides, a file or the last request, holds up nothing: the service is there.
        has_waited = job.awaits and (has_done or ended.seconds >= AWAITED.total_seconds())
        return turn.has_more or has_waited

    def _wait_after(self, failures: int) -> timedelta:
        doublings = min(max(failures, 1) - 1, MOST_DOUBLINGS)
        return self._first_wait * (1 << doublings)

    def _alarm(self, job: str, text: str) -> None:
        for one in self._listeners:
            with suppress(OSError, StoreError):
                one.died(job, text)

    def _keep(self, ended: Ended) -> None:
        with self._database.transaction() as connection:
            if ended.turn.failure is None:
                job_runs.note_success(connection, ended.job, ended.at)
            else:
                job_runs.note_failure(connection, ended.job, _clean(ended.turn.failure), ended.at)

    def _died(self, job: Job, state: _State, error: BaseException) -> None:
        """Start it again later, or stop all if it keeps dying or the evidence was altered."""
        state.failures += 1
        state.has_lost_store = isinstance(error, StoreError)
        why = _clean(str(error) if isinstance(error, DriftError) else f"{type(error).__name__}: {error}")
        with suppress(StoreError), self._database.transaction() as connection:
            job_runs.note_failure(connection, job.name, why, datetime.now(UTC))
        is_altered = isinstance(error, LedgerIntegrityError)
        if state.failures >= MOST_FAILURES or is_altered:
            self._error = error
            then = "" if is_altered else f"; {ENDS}"
            self._alarm(job.name, f"{job.name} died {counted(state.failures, 'time')} in a row: {why}{then}")
            self.stop()
            return
        wait = self._wait_after(state.failures)
        self._alarm(job.name, f"{job.name} died: {why}; it is tried again in {wait.total_seconds():g} s")
        self._due_at(job.name, datetime.now(UTC) + wait)


def _clean(text: str) -> str:
    return str(redact(text).value)
