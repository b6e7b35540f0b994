"""What a soak is judged by: each measure with the limit that it must keep."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from drift.model.event import Fate
from tests.crash.ending import Ending
from tests.soak.course import STOPPED_WITHIN_SECONDS, Course
from tests.soak.faults import Fault
from tests.soak.feed import event_id_of
from tests.soak.world import World

TOLD_WITHIN = 5.0
WELL_WITHIN = 60.0
MOST_GROWTH = 0.10
WINDOW = 60.0
"""Seconds over which memory is taken together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """Something that was measured, and whether it is as it must be."""

    said: str
    holds: bool

    def __str__(self) -> str:
        return f"{self.said}: {'holds' if self.holds else 'FAILS'}"


def measures(world: World, course: Course, ending: Ending) -> Iterator[Measure]:
    """Yield what was measured."""
    yield from _of_loss(world, ending)
    yield from _of_messages(world, ending)
    yield from _of_evidence(ending)
    yield from _of_time(world, course)
    yield from _of_memory(course)
    yield Measure(said="the daemon ran to the end", holds=not course.has_left)
    took = course.stopped_after
    said = f"stopped after {took:.1f} s" if took is not None else "did not stop"
    yield Measure(said=f"{said} (within {STOPPED_WITHIN_SECONDS} s)", holds=took is not None)


def _of_loss(world: World, ending: Ending) -> Iterator[Measure]:
    files = world.feed.files
    expected = {Fate.CHANGE: files, Fate.READ: world.feed.records - files}
    told = f"of {world.feed.records:,} records became {ending.fates} ({files:,} changes, the rest reads)"
    yield Measure(said=told, holds=ending.fates == expected)
    writes = {f"aws:{event_id_of(number)}" for number in range(files)}
    lost, made_up = len(writes - ending.writes), len(ending.writes - writes)
    yield Measure(said=f"{lost} writes lost, {made_up} made up (none)", holds=not lost and not made_up)
    once = ending.observed.keys() == ending.writes and set(ending.observed.values()) <= {1}
    yield Measure(said="the ledger tells of each write once", holds=once)


def _of_messages(world: World, ending: Ending) -> Iterator[Measure]:
    untold = len(world.feed.delivered_at.keys() - world.told_at.keys())
    yield Measure(said=f"{untold} writes told to nobody (none)", holds=not untold)
    repeated = ending.messages.total() - len(ending.messages)
    lost = world.faults[1].told[Fault.LOST_ANSWER]
    yield Measure(
        said=f"{repeated} messages came again (at most {lost} whose answer was lost)", holds=repeated <= lost
    )
    yield Measure(
        said=f"{ending.strangers} of them under another client id (none)", holds=not ending.strangers
    )


def _of_evidence(ending: Ending) -> Iterator[Measure]:
    yield Measure(said=f"{ending.holes} holes in the coverage (none)", holds=not ending.holes)
    yield Measure(said=f"{ending.open_gaps} gaps that never end (none)", holds=not ending.open_gaps)
    yield Measure(
        said=f"the pack verifies {list(ending.problems)[:3] or ''}".strip(), holds=not ending.problems
    )


def _of_time(world: World, course: Course) -> Iterator[Measure]:
    feed, told = world.feed, world.told_at
    delays = sorted(
        told.get(name, float("inf")) - at
        for name, at in feed.delivered_at.items()
        if course.quiet_from <= at < course.quiet_until
    )
    late = share(delays, 0.95)
    said = f"{share(delays, 0.5):.1f} s (half), {late:.1f} s (p95, under {TOLD_WITHIN:.0f} s)"
    yield Measure(said=f"from the queue to Slack {said}", holds=late < TOLD_WITHIN)
    for one in course.troubles:
        # Of what is delivered at any time one in twenty meets another fault, and that may be twice.
        late = sorted(
            told.get(name, float("inf")) - one.ended_at
            for name, at in feed.delivered_at.items()
            if one.began_at <= at < one.ended_at
        )
        took = max(0.0, share(late, 0.95))
        said = f"{one.name}: what it held up is told {took:.0f} s after its end (p95)"
        last = f"the last of it {max(0.0, share(late, 1)):.0f} s"
        yield Measure(said=f"{said}, {last} (within {WELL_WITHIN:.0f} s)", holds=took <= WELL_WITHIN)


def _of_memory(course: Course) -> Iterator[Measure]:
    if not course.memory:
        return
    begin, end = course.quiet_until + WINDOW, course.memory[-1][0]
    first = _between(course, begin, begin + WINDOW)
    last = _between(course, end - WINDOW, end)
    most = max(used for _, used in course.memory)
    said = f"memory {first:.0f} MB when warm, {last:.0f} MB at the end (10 % more at most)"
    yield Measure(said=f"{said}, {most:.0f} MB at most", holds=last <= first * (1 + MOST_GROWTH))


def _between(course: Course, begin: float, end: float) -> float:
    used = [used for at, used in course.memory if begin <= at <= end]
    return median(used) if used else float("nan")


def share(delays: Sequence[float], part: float) -> float:
    """Return what so large a part of sorted numbers does not exceed."""
    return delays[min(len(delays) - 1, int(len(delays) * part))] if delays else float("nan")
