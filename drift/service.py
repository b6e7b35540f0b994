"""The running service put together: jobs, listeners, answers. Signals stay in the command line."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event

from drift.config import Settings
from drift.daemon import Daemon, Listeners
from drift.equipment import Equipment
from drift.errors import StoreError
from drift.operations.job_alarms import JobAlarms
from drift.operations.log import Log
from drift.operations.reload import Reload
from drift.packs import Making
from drift.pipeline import Pipeline
from drift.ports import Answerable
from drift.pulse import FELT_EVERY, Pulse
from drift.reports.status import Status, read_status
from drift.rounds import Rounds, with_stop
from drift.store.database import Database
from drift.store.migrate import is_current
from drift.timetable import Job, every, timetable

LOOK_FOR_CHANGES_EVERY = timedelta(seconds=10)

HEAR_AGAIN_EVERY = timedelta(seconds=10)
"""Where the connection was lost over which people's answers are heard, it is made again so soon."""

JUDGE_AT_MOST_EVERY = timedelta(seconds=1)
"""While a source is read: in a burst the writes of a session come together, and are one message."""

JUDGE = "judge"

RELOAD = "reload"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """How the rules of a configuration are read while the service runs."""

    load: Callable[[], Settings]
    """Reads the configuration anew. Raises `ConfigError`."""
    applied: Callable[[Equipment, Settings], Equipment]
    """Returns equipment with the rules of other settings. Raises `ConfigError`."""
    restore: Callable[[Settings], None]
    """Takes back what loading put in force in the whole process."""


class Paced:
    """Does something when it is asked to, but no more often than so. What comes last is done by others."""

    def __init__(self, do: Callable[[], None], interval: timedelta) -> None:
        self._do = do
        self._interval = interval.total_seconds()
        self._done_at = -math.inf

    def ask(self) -> None:
        """Do it, unless that was done a moment ago."""
        now = time.monotonic()
        if now - self._done_at >= self._interval:
            self._done_at = now
            self._do()


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """A service that was started."""

    daemon: Daemon
    reload: Reload
    port: int | None
    """Where it answers over HTTP, if it does."""
    pages: str | None
    """The address of the pages, if there are any."""

    def look_for_changes(self) -> None:
        """Read the configuration anew, whether or not its files have changed."""
        self.reload.ask()
        self.daemon.wake(RELOAD)


@contextmanager
def serving(
    settings: Settings,
    pipeline: Pipeline,
    rules: Rules,
    log: Log,
    others: Callable[[Callable[[], Settings]], Iterable[Job]] = lambda _: (),
    making: Callable[[Callable[[], Settings]], Making] | None = None,
) -> Iterator[Service]:
    """Run the service within the block. `others` are jobs that need the settings that are in force.

    Where there are pages, `making` returns what makes the packs that are asked for there.

    Raises:
        ConfigError: Nobody can listen where the configuration says.
    """
    stopping, have = Event(), pipeline.have
    judged = Paced(lambda: daemon.wake(JUDGE), JUDGE_AT_MOST_EVERY)
    apart = [one.name for one in settings.baselines if one.sweep_every is not None]
    rounds = Rounds(with_stop(pipeline, stopping, judged.ask), apart)

    def judge_now() -> None:
        daemon.wake(JUDGE)

    pulse = Pulse(lambda: rounds.pipeline, lambda: jobs)
    reload = Reload(settings, rounds, rules.load, rules.applied, rules.restore)
    jobs = timetable(
        rounds,
        settings,
        [
            Job(name=RELOAD, trigger=every(LOOK_FOR_CHANGES_EVERY), run=reload.run, is_kept=False),
            Job(name="pulse", trigger=every(FELT_EVERY), run=pulse.feel, is_kept=False),
            *(
                Job(
                    name=f"hear {name}",
                    trigger=every(HEAR_AGAIN_EVERY),
                    run=partial(rounds.hear, name, judge_now),
                    is_kept=False,
                )
                for name, notifier in have.notifiers.items()
                if isinstance(notifier, Answerable) and notifier.is_answerable
            ),
            *others(lambda: reload.settings),
        ],
    )
    alarms = JobAlarms(lambda: rounds.pipeline)
    listeners = [
        Listeners(ended=log.ended, died=log.died),
        Listeners(ended=alarms.ended, died=alarms.died),
        Listeners(ended=pulse.ended, died=pulse.died),
    ]
    daemon: Daemon = Daemon(jobs, have.database, listeners, stopping=stopping)
    with ExitStack() as stack:
        port = None
        status = partial(_status, have.database, tuple(have.sources), tuple(have.anchors))
        if settings.listen:
            from drift.operations.metrics import Metrics

            metrics = Metrics(status, have.meters)
            listeners.append(Listeners(ended=metrics.ended, died=metrics.died))
            # Slow to import, and of use only to whom asks.
            from drift.operations import http

            answers = http.Answers(
                is_alive=lambda: daemon.is_alive,
                awaited=partial(_awaited, daemon, have.database),
                metrics=metrics.text,
            )
            port = stack.enter_context(http.serving(settings.listen, lambda _: http.probes(answers)))
        pages = None
        if settings.web and making:
            from drift.website import Running, pages_at

            running = Running(
                settings=lambda: reload.settings,
                have=lambda: rounds.pipeline.have,
                is_alive=lambda: daemon.is_alive,
                status=status,
                acted=judge_now,
            )
            pages = stack.enter_context(pages_at(settings.web, running, making(lambda: reload.settings)))
        pipeline.begin(have.clock.now())
        pulse.feel()
        daemon.start()
        yield Service(daemon=daemon, reload=reload, port=port, pages=pages)
        if not daemon.running:
            pulse.end()
            rounds.seal()  # nothing that was recorded waits for the next start


def _status(database: Database, sources: tuple[str, ...], anchors: tuple[str, ...]) -> Status:
    with database.reading() as connection:
        return read_status(connection, sources, datetime.now(UTC), anchors=anchors)


def _awaited(daemon: Daemon, database: Database) -> tuple[str, ...]:
    """Return what must happen before the service is of use."""
    try:
        store = () if is_current(database) else ("the tables of this version",)
    except StoreError:
        store = ("the store",)
    return (*store, *daemon.awaited)
