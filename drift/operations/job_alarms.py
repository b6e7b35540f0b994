"""Tells people of the jobs that died, as alarms that end when the job works again."""

from collections.abc import Callable

from drift.daemon import Ended
from drift.model.alarm import DEAD_JOB, Alarm
from drift.model.verdict import Severity
from drift.pipeline import Pipeline


class JobAlarms:
    """Follows which jobs are dead."""

    def __init__(self, pipeline: Callable[[], Pipeline]) -> None:
        self._pipeline = pipeline
        self._works: set[str] = set()

    def died(self, job: str, text: str) -> None:
        """Raise an alarm, which is told once for as long as the job does not work."""
        self._works.discard(job)
        pipeline = self._pipeline()
        now = pipeline.have.clock.now()
        alarm = Alarm(
            slug=DEAD_JOB,
            subject=job,
            text=text,
            hint="`drift status` tells how each job ended, docs/operations.md what it means",
            severity=Severity.HIGH,
            since=now,
        )
        pipeline.alarm(alarm, now)

    def ended(self, ended: Ended) -> None:
        """End the alarm about a job that works: also one that was raised before this start."""
        if ended.turn.failure is None and ended.job not in self._works:
            pipeline = self._pipeline()
            pipeline.end_alarm(DEAD_JOB, ended.job, pipeline.have.clock.now())
            self._works.add(ended.job)
