"""Reading many resources at once, whatever their providers do.

- At most so many reads are under way, on so many providers; each API of an account is asked no
  faster than its budget allows, and the others do not wait for it.
- A provider that ends takes all reads that it was busy with along. Any of them may have been the
  reason, so each is tried once more, alone: the one that ends the provider again is given up.
- A read that gets no answer in time is given up, and its provider is started anew. Other reads
  that were under way there are simply repeated.
- A provider that fails again and again is given up, and what it was to read is named.
"""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue

from drift.errors import ProviderError
from drift.model.resource import Absent, LiveReading, NotRead, NotReadReason
from providers.terraform.plugin.budget import MOST_PAUSES
from providers.terraform.plugin.failures import (
    AnswerError,
    DeadlineError,
    InterruptedReadError,
    LostError,
    StartError,
    brief,
)
from providers.terraform.plugin.line import Line
from providers.terraform.plugin.provider import Launch
from providers.terraform.plugin.reading import read, without_secrets
from providers.terraform.plugin.task import Course, Task
from providers.terraform.plugin.warm import Warm

MOST_STARTS = 2
"""Failed starts in a row after which a provider is given up."""

MOST_SILENCES = 3
"""Reads in a row without an answer after which a provider is given up."""

MOST_ENDS = 20
"""Times that a provider may end in one sweep."""

MOST_ENDS_BY_TYPE = 2
"""Resources of one type that may end their provider before the others of it are left alone."""

MOST_REPEATS = 5
"""How often a read is repeated that others interrupted."""


class Sweep:
    """One pass over many resources."""

    def __init__(self, warm: Warm, *, concurrency: int, providers: int, seconds: float) -> None:
        """Read with so many threads, from so many providers at once; an answer may take `seconds`."""
        self._warm, self._concurrency, self._seconds = warm, concurrency, seconds
        self._courses: dict[Launch, Course] = {}
        self._line = Line(self._courses, providers)
        self._done: SimpleQueue[tuple[Task, Future[LiveReading]]] = SimpleQueue()
        self._settled: list[tuple[int, LiveReading]] = []
        self._under_way = 0

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[int, LiveReading]]:
        """Yield the reading of every task, as they come."""
        left = 0
        for task in tasks:
            self._courses.setdefault(task.launch, Course()).left += 1
            self._line.add(task)
            left += 1
        pool = ThreadPoolExecutor(self._concurrency, thread_name_prefix="drift-read")
        try:
            while left:
                self._begin(pool)
                if not self._settled:
                    self._wait()
                settled, self._settled = self._settled, []
                left -= len(settled)
                yield from settled
        finally:
            if left:
                self._warm.end_busy()
            pool.shutdown(wait=True, cancel_futures=True)

    def _begin(self, pool: ThreadPoolExecutor) -> None:
        """Start as many reads as may be under way now."""
        while self._under_way < self._concurrency and (task := self._line.next(time.monotonic())):
            course = self._courses[task.launch]
            if course.given_up or course.ends_by_type[task.declared.type] >= MOST_ENDS_BY_TYPE:
                course.is_exclusive = False
                self._give_up(task, course.given_up or f"{task.launch.binary} ended on others of its type")
                continue
            task.toll.bucket.take(task.toll.calls, time.monotonic())
            self._under_way += 1
            course.under_way += 1
            future = pool.submit(self._read, task)
            future.add_done_callback(partial(self._tell, task))

    def _wait(self) -> None:
        """Wait until a read is done, or another one may start."""
        seconds = self._line.wait(time.monotonic()) if self._under_way < self._concurrency else None
        if not self._under_way:
            if seconds is None:
                raise RuntimeError("there are resources left that nothing will ever read")
            time.sleep(seconds)
            return
        try:
            self._settle(*self._done.get(timeout=seconds))
            while True:
                self._settle(*self._done.get_nowait())
        except Empty:
            return

    def _read(self, task: Task) -> LiveReading:
        """Read one resource, in a thread of its own."""
        with self._warm.lease(task.launch) as provider:
            try:
                return read(provider, task.declared, self._seconds)
            except LostError as error:
                if provider.is_ended_by_us:
                    raise InterruptedReadError from error
                provider.is_spent = True
                raise without_secrets(provider.explained(error), provider, task.declared) from error
            except AnswerError as error:
                raise without_secrets(error, provider, task.declared) from error
            except DeadlineError as error:
                if provider.is_ended_by_us:
                    raise InterruptedReadError from error
                provider.end()
                raise

    def _tell(self, task: Task, done: "Future[LiveReading]") -> None:
        self._done.put((task, done))

    def _settle(self, task: Task, done: "Future[LiveReading]") -> None:
        """Take note of how a read ended."""
        course = self._courses[task.launch]
        self._under_way -= 1
        course.under_way -= 1
        course.is_exclusive = False
        error = done.exception()
        if error is None:
            self._accept(task, course, done.result())
        elif isinstance(error, StartError):
            self._note_start(task, course, error)
        elif isinstance(error, InterruptedReadError):
            self._repeat(task, "its provider was ended again and again while it was read")
        elif isinstance(error, DeadlineError):
            self._note_silence(task, course, error)
        elif isinstance(error, LostError):
            self._note_end(task, course, error)
        elif isinstance(error, AnswerError) and _is_refusal(error, task.throttled):
            self._note_refusal(task, error)
        elif isinstance(error, ProviderError):
            self._give_up(task, error.what)
        elif isinstance(error, Exception):
            self._give_up(task, f"it cannot be read: {type(error).__name__}")
        else:
            raise error
        self._line.wake(task.launch)

    def _accept(self, task: Task, course: Course, reading: LiveReading) -> None:
        course.silences = course.failed_starts = 0
        task.toll.bucket.accept()
        if isinstance(reading, Absent) and task.doubt:
            self._give_up(task, task.doubt)
        else:
            self._finish(task, reading)

    def _note_start(self, task: Task, course: Course, error: StartError) -> None:
        course.failed_starts += error is not course.start_error  # all who waited for it are told of it
        course.start_error = error
        if course.given_up is None and (not error.may_succeed or course.failed_starts >= MOST_STARTS):
            course.given_up = error.what
        self._repeat(task, error.what)

    def _note_silence(self, task: Task, course: Course, error: DeadlineError) -> None:
        course.silences += 1
        if course.silences >= MOST_SILENCES:
            course.given_up = f"{task.launch.binary} gave no answer {MOST_SILENCES} times in a row"
        self._give_up(task, f"{task.launch.binary}: {error.what}")

    def _note_end(self, task: Task, course: Course, error: LostError) -> None:
        course.ends += task.is_alone or not course.suspects
        if course.ends > MOST_ENDS:
            course.given_up = f"{task.launch.binary} ended {MOST_ENDS} times"
        if task.is_alone:
            course.ends_by_type[task.declared.type] += 1
            self._give_up(task, error.what)
        else:
            task.is_alone = True
            course.suspects.append(task)

    def _note_refusal(self, task: Task, error: AnswerError) -> None:
        task.toll.bucket.refuse(time.monotonic())
        task.is_alone = False
        task.refusals += 1
        if task.refusals > MOST_PAUSES:
            self._give_up(task, f"turned away {MOST_PAUSES} times: {error.what}")
        else:
            self._line.add(task)

    def _repeat(self, task: Task, otherwise: str) -> None:
        task.repeats += 1
        if task.repeats > MOST_REPEATS:
            self._give_up(task, otherwise)
        elif task.is_alone:
            self._courses[task.launch].suspects.append(task)
        else:
            self._line.add(task)

    def _give_up(self, task: Task, why: str) -> None:
        address = task.declared.address
        self._finish(task, NotRead(address=address, reason=NotReadReason.UNREADABLE, error=brief(why)))

    def _finish(self, task: Task, reading: LiveReading) -> None:
        self._courses[task.launch].left -= 1
        self._settled.append((task.index, reading))
        self._line.wake(task.launch)


def _is_refusal(error: AnswerError, words: Iterable[str]) -> bool:
    said = error.what.lower()
    return any(word.lower() in said for word in words)
