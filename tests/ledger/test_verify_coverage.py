"""The verifier asks of coverage that nothing is missing between the spans, unless a gap says so."""

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest

from drift.ledger import verify
from drift.ledger.verify import COMPLETENESS, Report
from drift.model.evidence import CoverageInterval, GapRecord
from tests.ledger.building import NOON

SPAN = CoverageInterval(
    source="trail",
    account="111122223333",
    region="eu-west-1",
    from_at=NOON,
    to_at=NOON + timedelta(hours=1),
    records=1,
    unreadable=0,
    contiguous_since=NOON,
)
LOST = GapRecord(source="trail", file=None, index=None, sha256=None, error="it keeps a day")


def hours(count: float) -> datetime:
    return NOON + timedelta(hours=count)


def span(begin: float, end: float, *, since: float = 0, place: str = "eu-west-1") -> CoverageInterval:
    begin_at, end_at, since_at = map(hours, (begin, end, since))
    return replace(SPAN, from_at=begin_at, to_at=end_at, contiguous_since=since_at, region=place)


def lost(begin: float, end: float, source: str = "trail") -> GapRecord:
    return replace(LOST, from_at=hours(begin), to_at=hours(end), source=source)


def problems(*bodies: CoverageInterval | GapRecord) -> list[str]:
    ledger, report = verify.Ledger(), Report()
    for seq, body in enumerate(bodies):
        kind = "gap" if isinstance(body, GapRecord) else "coverage"
        said = verify.read_said(msgspec.json.encode(body).decode()) or verify.Said()
        ledger.take(kind, verify.Entry(seq, "trail", "2026-11-20T12:00:00.000000Z", "00", "", said))
    verify.check_coverage(ledger, report)
    assert report.problems(verify.INTEGRITY) == []
    return report.problems(COMPLETENESS)


def test_spans_that_follow_one_another_are_whole() -> None:
    assert problems(span(0, 1), span(1, 2), span(2, 2), span(2, 30.5)) == []


def test_each_place_is_followed_by_itself() -> None:
    assert problems(span(0, 1), span(3, 4, since=3, place="us-east-1"), span(1, 2)) == []


@pytest.mark.parametrize(
    "broken",
    [
        (span(0, 1), span(2, 3)),
        (span(0, 1), span(2, 3, since=2)),
        (span(0, 2), span(1, 3)),
        (span(0, 1), span(1, 2, since=0.5)),
        (span(0, 1), span(1, 0.5)),
        (span(1, 2),),
        (span(0, 1), lost(1, 2), span(2, 3)),
        (span(0, 1), lost(1, 1.9), span(2, 3, since=2)),
        (span(0, 1), lost(1, 2, source="other"), span(2, 3, since=2)),
    ],
    ids=range(9),
)
def test_a_span_that_does_not_follow_is_named(broken: tuple[CoverageInterval | GapRecord, ...]) -> None:
    """
    A hole, called or not; an overlap; another beginning; no beginning at all; a gap that is not about it.
    """
    (problem,) = problems(*broken)

    assert problem == (
        f'ledger/entries.jsonl: the span of entry {len(broken) - 1} of ["trail","111122223333",'
        '"eu-west-1"] does not follow the one before it, and no gap names what lies between'
    )


def test_a_gap_explains_why_a_span_begins_anew() -> None:
    assert problems(span(0, 1), lost(1.5, 2), span(2, 3, since=2), span(3, 4, since=2)) == []


def test_spans_that_claim_nothing_about_others_are_not_compared() -> None:
    first_versions = replace(span(0, 1), contiguous_since=None)

    assert problems(first_versions, replace(span(5, 6), contiguous_since=None)) == []
    assert problems(replace(SPAN, from_at=None, to_at=None, contiguous_since=None)) == []
