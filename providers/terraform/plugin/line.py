"""Who is next? The tasks in their order, but none whose API or provider has to wait.

Tasks come provider by provider, and are begun so: with one more provider only when one is
through, since starting them takes longer than reading.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Mapping
from itertools import count
from typing import TypeAlias

from providers.terraform.plugin.provider import Launch
from providers.terraform.plugin.task import Course, Task

Place: TypeAlias = tuple[Launch, int]
"""The tasks of one provider and one API, which wait for each other."""


class Line:
    """The tasks that have not begun."""

    def __init__(self, courses: Mapping[Launch, Course], providers: int) -> None:
        """Begin with so many providers at once."""
        self._courses, self._providers = courses, providers
        self._queues: dict[Place, deque[Task]] = {}
        self._order: dict[Place, int] = {}
        self._ready: list[tuple[int, Place]] = []
        """A heap, by order."""
        self._later: list[tuple[float, int, Place]] = []
        """A heap, by the time at which their API may be asked again."""
        self._held: dict[Launch, list[Place]] = defaultdict(list)
        """What waits for its provider."""
        self._begun: set[Launch] = set()
        self._counter = count()

    def add(self, task: Task) -> None:
        """Put a task at the end of its queue."""
        place = (task.launch, id(task.toll.bucket))
        queue = self._queues.get(place)
        if queue is None:
            queue = self._queues[place] = deque()
            self._order[place] = next(self._counter)
        if not queue:
            heapq.heappush(self._ready, (self._order[place], place))
        queue.append(task)

    def next(self, now: float) -> Task | None:
        """Return the task that may begin now, if there is one."""
        if (suspect := self._suspect()) is not None:
            return suspect
        while self._later and self._later[0][0] <= now:
            _, order, place = heapq.heappop(self._later)
            heapq.heappush(self._ready, (order, place))
        while self._ready:
            order, place = heapq.heappop(self._ready)
            if (task := self._first(place, order, now)) is not None:
                return task
        return None

    def wait(self, now: float) -> float | None:
        """Return the seconds until an API may be asked again, `None` if none has to wait."""
        return max(0.0, self._later[0][0] - now) if self._later else None

    def wake(self, launch: Launch) -> None:
        """Look again at what waited for a provider, since something happened there."""
        if self._courses[launch].left == 0:
            self._begun.discard(launch)
            for other in list(self._held):
                self._release(other)
        elif not self._courses[launch].suspects:
            self._release(launch)

    def _release(self, launch: Launch) -> None:
        for place in self._held.pop(launch, ()):
            heapq.heappush(self._ready, (self._order[place], place))

    def _suspect(self) -> Task | None:
        """Return a task that has to be alone with its provider, if the provider is idle."""
        for launch in self._begun:
            course = self._courses[launch]
            if course.suspects and not course.under_way:
                course.is_exclusive = True
                return course.suspects.popleft()
        return None

    def _first(self, place: Place, order: int, now: float) -> Task | None:
        """Return the first task of a queue, unless it has to wait; then the queue is put aside."""
        launch, _ = place
        queue = self._queues[place]
        course = self._courses[launch]
        if course.suspects or course.is_exclusive or not self._may_begin(launch):
            self._held[launch].append(place)
            return None
        toll = queue[0].toll
        if not course.given_up and (seconds := toll.bucket.wait(toll.calls, now)) > 0:
            heapq.heappush(self._later, (now + seconds, order, place))
            return None
        task = queue.popleft()
        if queue:
            heapq.heappush(self._ready, (order, place))
        self._begun.add(launch)
        return task

    def _may_begin(self, launch: Launch) -> bool:
        return launch in self._begun or len(self._begun) < self._providers
