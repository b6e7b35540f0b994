"""How many minutes of a period every source was read to its end."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from drift.model.evidence import (
    CoverageInterval,
    EnrolmentRecord,
    EnrolmentTurn,
    EntryKind,
    GapRecord,
    GapStatus,
)
from drift.model.history import is_history
from drift.ports import AdapterKind
from drift.reports.pack.registers.register import Witness
from drift.reports.pack.view import View

Span = tuple[datetime, datetime]
"""From its first moment up to, not including, its second."""

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """The minutes of a period, and those of them in which something was covered."""

    period: Span
    by_source: dict[str, Sequence[Span]]
    """Of each source, the spans in which it was read to its end, without what is known to be missing.

    One of `unread` has none.
    """
    unread: Sequence[str] = ()
    """The logs that are connected, and of which no entry of the period tells that they were read."""

    @property
    def minutes(self) -> int:
        """All of the period that was over when the ledger was sealed."""
        return minutes_of([self.period])

    @property
    def by_all(self) -> Sequence[Span]:
        """The spans in which every source was read; none where there is no source."""
        spans: Sequence[Span] = [self.period] if self.by_source else []
        for one in self.by_source.values():
            spans = _both(spans, one)
        return spans

    @property
    def witness(self) -> Witness:
        """What shows that a change would have been seen."""
        seen = minutes_of(self.by_all)
        return Witness(seen=seen, of=self.minutes, what="minutes of the period were covered by all sources")

    @property
    def is_complete(self) -> bool:
        """Every minute was covered by every source."""
        return 0 < self.minutes == minutes_of(self.by_all)


def covered_of(view: View) -> Covered:
    """Return what the coverage entries say of the period of a view, less the gaps that are not filled."""
    return view.once(_covered)


def _covered(view: View) -> Covered:
    read = defaultdict[str, list[Span]](list)
    for one in view.records(view.population.coverage, CoverageInterval):
        interval = one.body
        if interval.from_at and interval.to_at and not is_history(interval.source):
            read[interval.source].append((interval.from_at, interval.to_at))
    period = period_of(view, [since for spans in read.values() for since, _ in spans])
    missing, unread = _missing(view), sorted(_unread(view, read))
    by_source = {
        source: _without(_both([period], joined(read.get(source, []))), joined(missing.get(source, [])))
        for source in sorted({*read, *unread})
    }
    return Covered(period=period, by_source=by_source, unread=unread)


def _unread(view: View, read: Container[str]) -> set[str]:
    """Return the logs that are connected and not `read`, without those watched only after the period."""
    logs = {one.name for one in view.request.connected if one.kind == AdapterKind.AUDIT_LOG}
    return {one for one in logs if one not in read} - _watched_later(view)


def _watched_later(view: View) -> set[str]:
    kind, period = "source:", view.request.period
    return {
        one.body.scope.removeprefix(kind)
        for one in view.entries(EntryKind.ENROLMENT, EnrolmentRecord)
        if one.body.turn is EnrolmentTurn.WATCHED
        and one.body.scope.startswith(kind)
        and not period.begins_before_its_end(one.entry.recorded_at)
    }


def period_of(view: View, known: Iterable[datetime]) -> Span:
    """Return the period as far as it was over when the ledger was sealed.

    Where nobody said when it begins, it does with the first of the times that are `known`.
    """
    asked, sealed_at = view.request.period, view.sealed.made_at
    until = min(asked.until or sealed_at, sealed_at).astimezone(UTC)
    since = asked.since or min(known, default=until)
    return min(since, until), until


def minutes_of(spans: Iterable[Span]) -> int:
    """Return how many whole minutes spans are long."""
    return sum((until - since for since, until in spans), timedelta()) // MINUTE


def joined(spans: Iterable[Span]) -> Sequence[Span]:
    """Return spans in order of time, those as one that touch or overlap."""
    result = list[Span]()
    for since, until in sorted(spans):
        if result and since <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], until))
        elif since < until:
            result.append((since, until))
    return result


def within(period: Span, spans: Sequence[Span]) -> Sequence[Span]:
    """Return what of joined spans lies in a period."""
    return _both([period], spans)


def _both(some: Sequence[Span], others: Sequence[Span]) -> Sequence[Span]:
    """Return what two rows of joined spans have in common."""
    result, at, beside = list[Span](), 0, 0
    while at < len(some) and beside < len(others):
        (since, until), (from_at, to_at) = some[at], others[beside]
        if (begin := max(since, from_at)) < (end := min(until, to_at)):
            result.append((begin, end))
        if until < to_at:
            at += 1
        else:
            beside += 1
    return result


def _without(spans: Sequence[Span], missing: Sequence[Span]) -> Sequence[Span]:
    """Return joined spans without others."""
    result = list[Span]()
    for since, until in spans:
        begin = since
        for from_at, to_at in missing:
            if from_at < until and to_at > begin:
                if begin < from_at:
                    result.append((begin, from_at))
                begin = max(begin, to_at)
        if begin < until:
            result.append((begin, until))
    return result


def _missing(view: View) -> dict[str, list[Span]]:
    """Return the spans of gaps that were not filled, by the source: whoever accepts one fills nothing."""
    latest = {
        one.body.gap_id or str(one.entry.seq): one.body for one in view.entries(EntryKind.GAP, GapRecord)
    }
    found = defaultdict[str, list[Span]](list)
    for gap in latest.values():
        if gap.status is not GapStatus.CLOSED and gap.from_at and gap.to_at:
            found[gap.source].append((gap.from_at, gap.to_at))
    return found
