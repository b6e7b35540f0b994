"""What the daemon does, and when: a row for each job."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from typing import TypeAlias

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from drift.config import Settings
from drift.model.turn import Turn
from drift.rounds import Rounds

MOST_JITTER = timedelta(minutes=1)

LOOK_FOR_DIGEST_EVERY = timedelta(minutes=5)
"""Whether one is due, a day tells: this is how much later it may be queued."""

LOOK_FOR_CONTROLS_EVERY = timedelta(hours=1)
"""Whether a day is over since repositories and identities were looked at: how much later they may be."""

LOOK_FOR_PEOPLE_EVERY = timedelta(hours=1)
"""Whether a day is over since directories and organisations were read; a failed one is tried as often."""

LOOK_FOR_DOCUMENTS_EVERY = timedelta(hours=1)
"""Whether a day is over since the company's own documents were looked at."""

LOOK_FOR_ACCESS_EVERY = timedelta(hours=1)
"""Whether a month began since it was read who may write; what failed is tried again as often."""

LOOK_FOR_RUNS_EVERY = timedelta(minutes=5)
"""Whether a run that made changes has ended."""

LOOK_FOR_CHECKPOINTS_EVERY = timedelta(minutes=1)
"""Whether there is one that an anchor is due to hold."""

Trigger: TypeAlias = "IntervalTrigger | CronTrigger"


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Something that is done again and again, and never twice at once."""

    name: str
    trigger: Trigger
    run: Callable[[], Turn]
    wakes: tuple[str, ...] = ()
    """Jobs that are due at once when this one has done something."""
    at_start: bool = False
    """It is due whenever the program starts, however short a time ago it ran."""
    awaits: bool = False
    """It waits by itself for something to do: another turn begins as soon as one has ended."""
    is_kept: bool = True
    """When it last ran is kept in the store. Without that it counts as never run after a start."""

    @property
    def schedule(self) -> str:
        """How often it is due: `every 60 s`, or as crontab writes it."""
        if isinstance(self.trigger, IntervalTrigger):
            return f"every {self.trigger.interval.total_seconds():g} s"
        fields = {one.name: str(one) for one in self.trigger.fields}
        return " ".join(fields[name] for name in ("minute", "hour", "day", "month", "day_of_week"))

    def first_due_at(self, last_success_at: datetime | None, now: datetime) -> datetime:
        """Return when it is due after a start: what was missed meanwhile is made up for once.

        A job that never ran is due at once.
        """
        if last_success_at is None or self.at_start:
            return now
        due: datetime = self.trigger.get_next_fire_time(last_success_at, now)
        return max(due, now)


def every(interval: timedelta) -> Trigger:
    """Return the trigger of something regular, a little irregular so that not all ask at once."""
    jitter = min(interval / 10, MOST_JITTER).total_seconds()
    return IntervalTrigger(seconds=interval.total_seconds(), jitter=jitter, timezone=UTC)


def at(crontab: str, zone: tzinfo = UTC) -> Trigger:
    """Return the trigger of a time of the day, week or month, as crontab writes it."""
    trigger = CronTrigger.from_crontab(crontab, timezone=zone)
    trigger.jitter = MOST_JITTER.total_seconds()
    return trigger


def timetable(rounds: Rounds, settings: Settings, others: Iterable[Job] = ()) -> tuple[Job, ...]:
    """Return every job; `others` need more than the pipeline."""
    polled = partial(every, settings.poll_every)
    return (
        *(
            Job(
                name=f"read {one.name}",
                trigger=polled(),
                run=partial(rounds.read, one.name),
                wakes=("judge",),
                at_start=True,
                awaits=rounds.awaits(one.name),
            )
            for one in settings.audit_logs
        ),
        Job(name="judge", trigger=polled(), run=rounds.judge, wakes=("notify",), at_start=True),
        Job(name="notify", trigger=polled(), run=rounds.tell, at_start=True),
        Job(name="sweep", trigger=every(settings.sweep_every), run=rounds.sweep, wakes=("judge",)),
        *(
            Job(
                name=f"sweep {one.name}",
                trigger=every(one.sweep_every),
                run=partial(rounds.sweep, one.name),
                wakes=("judge",),
            )
            for one in settings.baselines
            if one.sweep_every is not None
        ),
        Job(name="digest", trigger=every(LOOK_FOR_DIGEST_EVERY), run=rounds.digest),
        Job(name="runs", trigger=every(LOOK_FOR_RUNS_EVERY), run=rounds.keep_runs),
        Job(name="controls", trigger=every(LOOK_FOR_CONTROLS_EVERY), run=rounds.capture),
        Job(name="trust", trigger=every(LOOK_FOR_CONTROLS_EVERY), run=rounds.capture_trust),
        Job(name="documents", trigger=every(LOOK_FOR_DOCUMENTS_EVERY), run=rounds.look_at_documents),
        *(
            Job(
                name="directories",
                trigger=every(LOOK_FOR_PEOPLE_EVERY),
                run=rounds.know_people,
                wakes=("judge",),
                at_start=True,
            )
            for _ in settings.directories[:1]
        ),
        *(
            Job(name="access", trigger=every(LOOK_FOR_ACCESS_EVERY), run=rounds.take_access_snapshots)
            for _ in settings.access_lists[:1]
        ),
        *(
            Job(
                name="accounts",
                trigger=every(LOOK_FOR_PEOPLE_EVERY),
                run=rounds.place_accounts,
                at_start=True,
            )
            for _ in settings.account_trees[:1]
        ),
        Job(name="canary", trigger=polled(), run=rounds.canary),
        Job(name="alarms", trigger=polled(), run=rounds.renew_alarms),
        Job(name="checkpoint", trigger=every(settings.checkpoint_every), run=rounds.seal),
        *(
            Job(name="anchor", trigger=every(LOOK_FOR_CHECKPOINTS_EVERY), run=rounds.anchor)
            for _ in settings.anchors[:1]
        ),
        Job(name="retention", trigger=at("30 3 * * *"), run=rounds.forget),
        Job(name="self-sample", trigger=at("0 5 2 * *"), run=rounds.sample_months),
        *others,
    )
