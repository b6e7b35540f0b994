"""The census of the pack: the eight tests of every change, and where deviations look systematic."""

from collections.abc import Iterator

from drift.model.control_test import ControlTest
from drift.reports.census.count import LISTED, Census, Counted, Standing, census_of
from drift.reports.census.markers import MEANING, marks
from drift.reports.figures import percent
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.view import View

NOT_SHOWN = "not shown"
"""Said of a test of which no change could be evaluated: nothing failed, and nothing passed."""

CENSUS_COLUMNS = (
    *("test", "asks", "by", "value", "changes", "evaluated", "passed", "deviation_candidates"),
    *("compensated", "na", "not_evaluable", "not_asked", "deviation_rate", "says"),
)
MARKER_COLUMNS = ("test", "asks", "marker", "seen", "where", "deviation_candidates", "evaluated", "meaning")

ONLY_THE_READER = "A change that failed is a candidate: only the reader concludes that it is a deviation."


def census(view: View) -> Iterator[Listing]:
    """Yield what the tests found of every change of the period."""
    found = census_of(row.entry for row in view.changes())
    yield Listing(
        path="03_sample/census",
        title="Census",
        lists="What each of the eight tests found of every change of the period, in all and by channel, lane"
        " and month; the rate is of those that could be evaluated, which are those that passed or failed.",
        columns=CENSUS_COLUMNS,
        rows=_census(found),
        limits=(
            ONLY_THE_READER,
            "What the watch did not see is in no count: 01_ipe/gaps names what is known of.",
        ),
    )
    yield Listing(
        path="03_sample/markers",
        title="Marks of systematic deviations",
        lists="Of each test five marks, seen or not, by which deviations look systematic rather than single.",
        columns=MARKER_COLUMNS,
        rows=_markers(found),
        limits=(ONLY_THE_READER,),
    )


def _census(found: Census) -> Iterator[Fields]:
    for test in ControlTest:
        for aspect in LISTED:
            for value in found.values(test, aspect):
                counted = found.of(test, aspect, value)
                standings = {one.value: counted.standings[one] for one in Standing}
                yield {
                    **standings,
                    "deviation_candidates": counted.candidates,
                    "test": test.value,
                    "asks": test.asks,
                    "by": aspect.value,
                    "value": value,
                    "changes": counted.changes,
                    "evaluated": counted.evaluated,
                    "compensated": counted.compensated,
                    "deviation_rate": _rate(counted),
                    "says": _says(counted),
                }


def _rate(counted: Counted) -> str | None:
    """Return the rate in percent; there is none of nothing."""
    share = percent(counted.candidates, counted.evaluated)
    return None if share is None else f"{share} %"


def _says(counted: Counted) -> str:
    if not counted.evaluated:
        return NOT_SHOWN
    if counted.candidates:
        return f"{counted.candidates} of {counted.evaluated} are deviation candidates"
    return f"no deviation candidate among {counted.evaluated}"


def _markers(found: Census) -> Iterator[Fields]:
    for mark in marks(found):
        yield {
            "test": mark.test.value,
            "asks": mark.test.asks,
            "marker": mark.marker.value,
            "seen": "seen" if mark.seen_at else "not seen" if mark.evaluated else NOT_SHOWN,
            "where": mark.seen_at,
            "deviation_candidates": mark.candidates,
            "evaluated": mark.evaluated,
            "meaning": MEANING[mark.marker],
        }
