"""Which points of focus the pack speaks to, and how far."""

from collections.abc import Iterator

from drift.reports.controls import points_of_focus
from drift.reports.pack.listing import Listing
from drift.reports.pack.view import View


def control_map(_: View) -> Iterator[Listing]:
    """Yield the map of controls, which is the same for every ledger."""
    yield Listing(
        path="10_mapping/tsc_matrix",
        title="Points of focus",
        lists="Each point of focus that the pack is about, in our own words, and how far it speaks to it.",
        columns=("criterion", "point_of_focus", "meaning", "support", "evidence"),
        rows=(
            {
                "criterion": point.slug.partition("/")[0].upper(),
                "point_of_focus": point.slug,
                "meaning": point.meaning,
                "support": point.support.value,
                "evidence": point.evidence,
            }
            for point in points_of_focus()
        ),
        limits=("Only the reader concludes that a control is met.",),
    )
