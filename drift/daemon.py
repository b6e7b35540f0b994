"""Runs a cycle again and again: start, watch, stop. Signals and flags stay in the command line."""

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from drift.errors import StoreError

# It warns of each turn that is left out while a cycle still runs, which is just what is wanted.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


MOST_FAILURES = 5
"""A database that was lost may be back the next time; after so many times in a row somebody must look."""


class Daemon:
    """One cycle on a schedule. If it keeps failing, the daemon stops, so that its supervisor sees why."""

    def __init__(
        self, cycle: Callable[[], Iterable[str]], poll_every: timedelta, say: Callable[[str], None]
    ) -> None:
        """Run `cycle` every so often, and `say` each problem that it returns."""
        self._cycle = cycle
        self._say = say
        self._is_over = threading.Event()
        self._error: BaseException | None = None
        self._failures = 0
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._scheduler.add_job(
            self._run,
            "interval",
            seconds=poll_every.total_seconds(),
            next_run_time=datetime.now(UTC),
            id="cycle",
            # A slow cycle is never overlapped, and missed ones are made up for by the next.
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """Begin at once, and then every so often."""
        self._scheduler.start()

    def wait(self) -> None:
        """Return when the daemon was stopped.

        Raises:
            DriftError: A cycle failed; its reason.
        """
        self._is_over.wait()
        self._scheduler.shutdown(wait=True)
        if self._error is not None:
            raise self._error

    @property
    def is_stopping(self) -> bool:
        """It was told to stop."""
        return self._is_over.is_set()

    def stop(self) -> None:
        """Let the running cycle end, and begin no other."""
        self._is_over.set()

    def _run(self) -> None:
        try:
            for problem in self._cycle():
                self._say(problem)
        except BaseException as error:  # noqa: BLE001 - raised again by `wait`, where it can be told
            self._failures += 1
            if isinstance(error, StoreError) and self._failures < MOST_FAILURES:
                self._say(f"{error}; it is tried again")
                return
            self._error = error
            self.stop()
        else:
            self._failures = 0
