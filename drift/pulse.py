"""Keeps proof that the service ran: a heartbeat in the ledger, once an hour and when it stops.

It is felt once a minute, in memory. A machine that slept, or a schedule that was stuck, is felt no more
for a while: then what was felt before is recorded by itself, and nothing is claimed of the time between.
What was felt since the last entry is lost when the program is killed: the ledger claims too little then.
"""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drift.daemon import Ended
from drift.model.heartbeat import Heartbeat, JobTurns
from drift.model.turn import Turn
from drift.pipeline import Pipeline
from drift.timetable import Job

FELT_EVERY = timedelta(minutes=1)

RECORDED_EVERY = timedelta(hours=1)

LONGEST_PAUSE = 5 * FELT_EVERY
"""After a longer one nobody can say that the service ran meanwhile: a turn may be a little late."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Felt:
    """Since when, and up to when, the service is known to have run."""

    since: datetime
    until: datetime


class Pulse:
    """Feels whether the service runs, and counts what its jobs do."""

    def __init__(self, pipeline: Callable[[], Pipeline], jobs: Callable[[], Sequence[Job]]) -> None:
        """Record what `jobs` do in the ledger of the pipeline that is in force."""
        self._pipeline = pipeline
        self._jobs = jobs
        self._guard = threading.Lock()
        self._felt: _Felt | None = None
        self._turns, self._failures, self._deaths = Counter[str](), Counter[str](), Counter[str]()

    def ended(self, ended: Ended) -> None:
        """Count a turn of a job."""
        with self._guard:
            self._turns[ended.job] += 1
            self._failures[ended.job] += ended.turn.failure is not None

    def died(self, job: str, _text: str) -> None:
        """Count a job that died."""
        with self._guard:
            self._deaths[job] += 1

    def feel(self) -> Turn:
        """Note that the service runs, and record that once an hour."""
        now = self._pipeline().have.clock.now()
        felt = self._felt or _Felt(since=now, until=now)
        is_broken = not timedelta() <= now - felt.until <= LONGEST_PAUSE
        if not is_broken:
            felt = _Felt(since=felt.since, until=now)
        if is_broken or felt.until - felt.since >= RECORDED_EVERY:
            self._record(felt, now)
            felt = _Felt(since=now, until=now)
        self._felt = felt
        return Turn()

    def end(self) -> None:
        """Record what was felt since the last entry: the service stops."""
        self.feel()
        if self._felt and self._felt.since < self._felt.until:
            self._record(self._felt, self._felt.until)
        self._felt = None

    def _record(self, felt: _Felt, now: datetime) -> None:
        """Record what was felt and counted; whoever counts meanwhile need not wait.

        Only once it is kept is it taken off: should the store not take it, the next entry tells of it.
        """
        with self._guard:
            told = tuple(map(Counter, self._counters))
        self._pipeline().beat(Heartbeat(from_at=felt.since, to_at=felt.until, jobs=self._said(*told)), now)
        with self._guard:
            for counter, counted in zip(self._counters, told, strict=True):
                counter.subtract(counted)

    @property
    def _counters(self) -> tuple[Counter[str], ...]:
        return self._turns, self._failures, self._deaths

    def _said(
        self, turns: Counter[str], failures: Counter[str], deaths: Counter[str]
    ) -> tuple[JobTurns, ...]:
        return tuple(
            JobTurns(
                job=job.name,
                schedule=job.schedule,
                turns=turns[job.name],
                failures=failures[job.name],
                deaths=deaths[job.name],
            )
            for job in sorted(self._jobs(), key=lambda one: one.name)
        )
