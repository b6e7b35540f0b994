"""How long things took, as the metrics count them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from drift.model.evidence import EntryKind, FindingRecord
from drift.model.finding import OPEN, FindingStatus
from drift.model.verdict import NOBODYS, Disposition
from drift.reports.pack.registers.facts import Facts
from drift.stages.decide import TAKEN_IN


class _Judged(msgspec.Struct, frozen=True):
    began_at: datetime
    disposition: Disposition
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolutions:
    """How drift ended, or how old it is."""

    took: Sequence[timedelta]
    """From the first entry of each finding to that of its resolution in the period, in order of length."""
    open_for: Sequence[timedelta]
    """The ages of those that stood open at the end of the period, in the same order."""


def detect_latencies(facts: Facts) -> list[timedelta]:
    """Return how long after its first write each change of the period was first judged, in their order.

    Of those that somebody answers for as they stand.
    What was taken in as history was never to be detected.
    """
    first, answered = dict[str, timedelta | None](), {one.body.change_id for one in facts.answered()}
    period = facts.view.request.period
    for one in facts.view.entries(EntryKind.DISPOSITION, _Judged):
        body = one.body
        is_answered = one.entry.ref in answered and body.disposition not in NOBODYS
        counts = is_answered and TAKEN_IN not in body.reasons
        if counts and period.holds(body.began_at):
            first.setdefault(one.entry.ref, one.entry.recorded_at - body.began_at)
    return sorted(took for took in first.values() if took is not None)


def resolutions(facts: Facts) -> Resolutions:
    """Return how long drift stood that ended in the period, and how old is what stands."""
    since, (begin, end) = dict[str, datetime](), facts.covered.period
    took = list[timedelta]()
    for one in facts.view.entries(EntryKind.FINDING, FindingRecord):
        at, finding_id = one.entry.recorded_at, one.entry.ref
        if not facts.view.request.period.begins_before_its_end(at):
            continue  # to its end, or PostgreSQL's cursor stays open
        if one.body.status in OPEN:
            since.setdefault(finding_id, at)
        elif (opened_at := since.pop(finding_id, None)) is not None:
            is_resolved = one.body.status is FindingStatus.RESOLVED
            took += [at - opened_at] if is_resolved and at >= begin else []
    return Resolutions(took=sorted(took), open_for=sorted(end - at for at in since.values()))
