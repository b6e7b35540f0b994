"""The course of a soak: first quietly at the rate of an estate, then fast and in trouble."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.soak.trouble import TROUBLES
from tests.soak.world import World

QUIET_RATE = 200
QUIET_SECONDS = 120
"""So many alerts as well: one in twenty of them may be late."""
WARM_AFTER_SECONDS = 30

BEFORE_TROUBLE_SECONDS = 15

TOLD_WITHIN_SECONDS = 600
"""After the last record was delivered."""

AT_THE_END_SECONDS = 30
"""In which the source is read to its end without a fault."""

STOPPED_WITHIN_SECONDS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Over:
    """A trouble that is over."""

    name: str
    began_at: float
    ended_at: float


@dataclass(kw_only=True, slots=True)
class Course:
    """What was seen on the way, at times of the monotonic clock."""

    quiet_from: float = 0.0
    quiet_until: float = 0.0
    memory: list[tuple[float, float]] = field(default_factory=list)
    """The daemon's memory in megabytes, every few seconds."""
    troubles: list[Over] = field(default_factory=list)
    processor_seconds: float = 0.0
    """How long the daemon kept a processor busy."""
    has_left: bool = False
    """The daemon ended by itself."""
    stopped_after: float | None = None
    """How many seconds it took to stop when it was asked to; `None`: longer than it may."""


def run(world: World, minutes: float, rate: int, names: Sequence[str]) -> Course:
    """Let the daemon work so many minutes, most of them at so many records a second and in trouble."""
    course = Course()
    world.feed.start()
    _pass(world, course, WARM_AFTER_SECONDS)
    course.quiet_from = time.monotonic()
    _pass(world, course, QUIET_SECONDS)
    course.quiet_until = time.monotonic()
    world.feed.rate = rate
    _make_noise(world, is_noisy=True)
    for name in names:
        _trouble(world, course, name, (minutes * 60 - QUIET_SECONDS - WARM_AFTER_SECONDS) / len(names))
    world.feed.stop()
    _make_noise(world, is_noisy=False)
    _wait_until_told(world, course)
    _pass(world, course, AT_THE_END_SECONDS)
    _stop(world, course)
    return course


def _trouble(world: World, course: Course, name: str, seconds: float) -> None:
    """Let something go wrong for a while, and all be well for the rest of the time."""
    trouble = TROUBLES[name]
    _pass(world, course, BEFORE_TROUBLE_SECONDS)
    began_at = time.monotonic()
    trouble.begin(world)
    print(f"soak: {name} ...", flush=True)
    try:
        _pass(world, course, trouble.seconds)
    finally:
        trouble.end(world)
    course.troubles.append(Over(name=name, began_at=began_at, ended_at=time.monotonic()))
    _pass(world, course, max(0.0, seconds - BEFORE_TROUBLE_SECONDS - trouble.seconds))


def _pass(world: World, course: Course, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(5.0, left))
        course.has_left = course.has_left or world.daemon.poll() is not None
        if not course.has_left:
            course.memory.append((time.monotonic(), world.memory()))
            course.processor_seconds = world.processor_seconds()
    waiting = len(world.feed.delivered_at) - len(world.told_at)
    used = course.memory[-1][1] if course.memory else 0.0
    print(f"soak: {world.feed.records:,} records, {waiting} not told yet, {used:.0f} MB", flush=True)


def _make_noise(world: World, *, is_noisy: bool) -> None:
    for faults in world.faults:
        faults.is_noisy = is_noisy


def _wait_until_told(world: World, course: Course) -> None:
    end = time.monotonic() + TOLD_WITHIN_SECONDS
    while len(world.told_at) < len(world.feed.delivered_at) and time.monotonic() < end:
        _pass(world, course, 5)


def _stop(world: World, course: Course) -> None:
    began = time.monotonic()
    world.daemon.terminate()
    while world.daemon.poll() is None and time.monotonic() < began + STOPPED_WITHIN_SECONDS:
        time.sleep(0.1)
    if world.daemon.poll() is not None:
        course.stopped_after = time.monotonic() - began
