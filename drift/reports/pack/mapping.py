"""Which points of focus the pack speaks to, how far, and what it does not prove."""

from collections.abc import Iterator

from drift.model.control import Answer
from drift.reports.controls import answer, points_of_focus
from drift.reports.pack.contents import Contents
from drift.reports.pack.listing import Document, Fields, Listing
from drift.reports.pack.making import in_words
from drift.reports.pack.operated import operated
from drift.reports.pack.view import View
from drift.reports.pages import template

CONTROL_MAP = "10_mapping/control_map.html"
NOT_PROVEN = "10_mapping/what_this_does_not_prove.html"


def answers(view: View, contents: Contents) -> tuple[Answer, ...]:
    """Return what this pack says about each point of focus, in the order of their criteria."""
    working = operated(view)
    return tuple(answer(point, working, contents.like) for point in points_of_focus())


def control_map(view: View, contents: Contents) -> Iterator[Listing | Document]:
    """Yield the map of controls, as a table and as a page, and the page on what the pack does not prove."""
    said = answers(view, contents)
    yield Listing(
        path="10_mapping/tsc_matrix",
        title="Points of focus",
        lists="Each point of focus that the pack is about, in our own words, how far it speaks to it, and why"
        " no further: by what was connected and told something in the period.",
        columns=("criterion", "point_of_focus", "meaning", "support", "evidence", "because", "files"),
        rows=map(_row, said),
        totals=("support",),
        limits=(
            "Only the reader concludes that a control is met.",
            "What is connected, and who has to review, is as the configuration said when the pack was made.",
        ),
    )
    period = in_words(view.request.period)
    page = template("control_map.html.j2").render(answers=said, period=period)
    yield Document(path=CONTROL_MAP, content=page.encode())
    lacking = tuple(dict.fromkeys(one.said for one in operated(view).values() if one.is_lacking))
    page = template("not_proven.html.j2").render(lacking=lacking, period=period)
    yield Document(path=NOT_PROVEN, content=page.encode())


def _row(said: Answer) -> Fields:
    return {
        "criterion": said.point.criterion,
        "point_of_focus": said.point.slug,
        "meaning": said.point.meaning,
        "support": said.support.value,
        "evidence": said.point.shows,
        "because": list(said.because),
        "files": list(said.files),
    }
