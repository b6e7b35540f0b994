"""Tells where deviations look systematic rather than single: five marks, each tried on each test.

A mark says where to look first. That something is systematic, only the reader concludes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from drift.model.control_test import ControlTest
from drift.reports.census.count import NOT_KNOWN, Aspect, Census
from drift.reports.month import month_called

LEAST = 3
"""Fewer candidates are no pattern."""

RATE_PERCENT = 5
"""More than so many candidates of a hundred changes that could be evaluated."""

HALF_PERCENT = 50
"""On one actor or resource falls at least this part of the candidates."""


class Marker(StrEnum):
    """Why deviations may be systematic."""

    RECURRING_CAUSE = "recurring cause"
    CONCENTRATION = "concentration"
    RATE = "rate"
    PERSISTENCE = "persistence"
    DESIGN = "design"


MEANING = {
    Marker.RECURRING_CAUSE: f"at least {LEAST} candidates for the same reason, but for names, keys and times",
    Marker.CONCENTRATION: f"one actor or resource has at least {LEAST} of the candidates and {HALF_PERCENT} %"
    " of them, and a smaller part of the changes that were evaluated",
    Marker.RATE: f"more than {RATE_PERCENT} % of the changes that could be evaluated are candidates",
    Marker.PERSISTENCE: f"candidates in {LEAST} months, one after the other",
    Marker.DESIGN: f"of a lane, at least {LEAST} changes were evaluated and none passed: rather than that the"
    " control was not carried out, it may not be made for them",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What was found when one mark was tried on one test."""

    test: ControlTest
    marker: Marker
    candidates: int
    evaluated: int
    seen_at: str | None
    """Where it was seen; `None`: it was not."""


def marks(census: Census) -> Iterator[Mark]:
    """Yield every mark of every test, seen or not: one that was tried in vain says something, too."""
    for test in ControlTest:
        counted = census.of(test)
        for marker in Marker:
            yield Mark(
                test=test,
                marker=marker,
                candidates=counted.candidates,
                evaluated=counted.evaluated,
                seen_at=_TRY[marker](census, test),
            )


def _recurring_cause(census: Census, test: ControlTest) -> str | None:
    causes = {one: census.of(test, Aspect.CAUSE, one).candidates for one in census.values(test, Aspect.CAUSE)}
    often = {cause: count for cause, count in causes.items() if count >= LEAST}
    return "; ".join(f"{cause}: {often[cause]}" for cause in _most(often)) or None


def _concentration(census: Census, test: ControlTest) -> str | None:
    found = (_heaviest(census, test, aspect) for aspect in (Aspect.ACTOR, Aspect.RESOURCE))
    return "; ".join(one for one in found if one) or None


def _heaviest(census: Census, test: ControlTest, aspect: Aspect) -> str | None:
    every = census.of(test)
    for value in census.values(test, aspect):
        part = census.of(test, aspect, value)
        is_heavy = part.candidates >= LEAST and part.candidates * 100 >= HALF_PERCENT * every.candidates
        if is_heavy and part.candidates * every.evaluated > part.evaluated * every.candidates:
            shares = (
                f"{part.candidates} of {every.candidates} candidates, {part.evaluated} of {every.evaluated}"
            )
            return f"{aspect} {value}: {shares} changes"
    return None


def _rate(census: Census, test: ControlTest) -> str | None:
    counted = census.of(test)
    is_high = counted.candidates * 100 > RATE_PERCENT * counted.evaluated
    return f"{counted.candidates} of {counted.evaluated}" if is_high else None


def _persistence(census: Census, test: ControlTest) -> str | None:
    names = census.values(test, Aspect.MONTH)
    months = [
        month_called(one)
        for one in names
        if one != NOT_KNOWN and census.of(test, Aspect.MONTH, one).candidates
    ]
    longest = run = months[:1]
    for before, month in pairwise(months):
        run = [*run, month] if before.next == month else [month]
        longest = max(longest, run, key=len)
    return f"{longest[0]} to {longest[-1]}" if len(longest) >= LEAST else None


def _design(census: Census, test: ControlTest) -> str | None:
    lanes = ((lane, census.of(test, Aspect.LANE, lane)) for lane in census.values(test, Aspect.LANE))
    failed = [
        f"lane {lane}: none of {counted.evaluated} passed"
        for lane, counted in lanes
        if counted.evaluated >= LEAST and counted.candidates == counted.evaluated
    ]
    return "; ".join(failed) or None


def _most(counts: dict[str, int]) -> list[str]:
    return sorted(counts, key=lambda one: (-counts[one], one))


_TRY: dict[Marker, Callable[[Census, ControlTest], str | None]] = {
    Marker.RECURRING_CAUSE: _recurring_cause,
    Marker.CONCENTRATION: _concentration,
    Marker.RATE: _rate,
    Marker.PERSISTENCE: _persistence,
    Marker.DESIGN: _design,
}
