"""The four lanes of change management: how many changes stand how in each, and what that rests on."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from drift.model.control_test import ControlTest
from drift.model.verdict import NOBODYS, Channel, Disposition, Lane
from drift.reports.figures import percent, ratio
from drift.reports.lanes import LaneText, lane_texts
from drift.reports.pack.listing import Document, Fields, Listing
from drift.reports.pack.registers.candidates import failed_tests, signs_of
from drift.reports.pack.registers.facts import Facts
from drift.reports.pack.registers.register import Register, Yielded
from drift.reports.pages import template

COLUMNS = (
    *("lane", "changes", *(one.value for one in Disposition), *(one.value for one in Channel)),
    *("answered_for", "candidates", "candidates_ratio", "candidates_percent"),
    *(f"{test.value}_failed" for test in ControlTest),
    *("meaning", "rests_on", "cannot_show"),
)


@dataclass(kw_only=True, slots=True)
class LaneCount:
    """How the changes of a lane stand."""

    text: LaneText
    changes: int = 0
    answered_for: int = 0
    """Those that somebody has to answer for."""
    candidates: int = 0
    dispositions: Counter[Disposition] = field(default_factory=Counter)
    channels: Counter[Channel] = field(default_factory=Counter)
    failed: Counter[ControlTest] = field(default_factory=Counter)

    @property
    def share(self) -> str:
        """The deviation candidates of all that somebody has to answer for, as they were counted."""
        return ratio(self.candidates, self.answered_for)


def lanes(facts: Facts) -> Iterator[Yielded]:
    """Yield the counts of the four lanes, and a page with a section for each."""
    counted = count_lanes(facts)
    yield Register(
        listing=Listing(
            path="10_mapping/lanes",
            title="Lanes of change management",
            lists="Each of the four lanes: its changes of 02_population/changes, how they stand, through"
            " which channel they came, which tests they fail, and how many are deviation candidates.",
            columns=COLUMNS,
            rows=[_row(lane, one) for lane, one in counted.items()],
            limits=("Which lane a call belongs to, tables of the program decide, and the policy's roles.",),
        ),
        witness=facts.covered.witness,
    )
    page = template("lanes.html.j2").render(
        lanes=counted, tests=tuple(ControlTest), witness=str(facts.covered.witness)
    )
    yield Document(path="10_mapping/lanes.html", content=page.encode())


def count_lanes(facts: Facts) -> Mapping[Lane, LaneCount]:
    """Return how the changes of each lane stand."""
    counted = {lane: LaneCount(text=text) for lane, text in lane_texts().items()}
    for one in facts.changes():
        change, mine = one.body, counted[one.body.lane]
        mine.changes += 1
        mine.dispositions[change.disposition] += 1
        mine.channels[change.channel] += 1
        if change.disposition not in NOBODYS:
            mine.answered_for += 1
            mine.candidates += bool(signs_of(change))
            mine.failed.update(failed_tests(change))
    return counted


def _row(lane: Lane, one: LaneCount) -> Fields:
    return {
        "lane": lane,
        "changes": one.changes,
        **{disposition.value: one.dispositions[disposition] for disposition in Disposition},
        **{channel.value: one.channels[channel] for channel in Channel},
        "answered_for": one.answered_for,
        "candidates": one.candidates,
        "candidates_ratio": one.share,
        "candidates_percent": percent(one.candidates, one.answered_for),
        **{f"{test.value}_failed": one.failed[test] for test in ControlTest},
        "meaning": one.text.meaning,
        "rests_on": one.text.rests_on,
        "cannot_show": one.text.cannot_show,
    }
