"""Records that comparisons are made: evidence that the watch operates, also while nothing is found.

A comparison that tells what the one before it told costs a row of the store, not an entry of the
ledger; but at least once an hour an entry says how many there were, and what they told.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.evidence import ComparisonRecord, EntryKind
from drift.model.finding import Comparison
from drift.model.resource import NotReadReason
from drift.model.survey import Survey
from drift.stages.record.same import is_same
from drift.store import meta

AT_LEAST_EVERY = timedelta(hours=1)
"""An entry says that comparisons go on."""

_KEY = "comparison"


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """How many findings a comparison opened or changed, and how many it resolved."""

    found: int
    resolved: int


def record_sweep(
    connection: Connection, seen: Survey, comparison: Comparison, news: News, now: datetime
) -> None:
    """Record that a comparison was made; where nothing is watched, there is none."""
    if not seen.held and not seen.failures:
        return
    key = _KEY if seen.of is None else "/".join((_KEY, *sorted(seen.of)))
    this = _record(seen, comparison, news, now)
    before = _before(connection, key)
    if before is not None:
        since = this.from_at if before.is_recorded else before.record.from_at
        count = 1 if before.is_recorded else before.record.comparisons + 1
        this = replace(this, from_at=since, comparisons=count)
    is_news = before is None or news.found or news.resolved or not _tells_the_same(before.record, this)
    if is_news or (before is not None and now - before.recorded_at >= AT_LEAST_EVERY):
        append(connection, kind=EntryKind.COMPARISON, ref=_KEY, body=this, recorded_at=now)
        _keep(connection, key, _Kept(record=this, recorded_at=now, is_recorded=True))
    elif before is not None:
        _keep(connection, key, _Kept(record=this, recorded_at=before.recorded_at, is_recorded=False))


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The last comparison."""

    record: ComparisonRecord
    recorded_at: datetime
    """Time of the last entry."""
    is_recorded: bool
    """That entry tells of this very comparison."""


def _record(seen: Survey, comparison: Comparison, news: News, now: datetime) -> ComparisonRecord:
    kinds = Counter(one.kind for one in comparison.findings)
    reasons = Counter(one.reason for one in comparison.not_compared)
    return ComparisonRecord(
        from_at=now,
        to_at=now,
        comparisons=1,
        states=len(seen.held),
        not_read=tuple(sorted({failure.name for failure in seen.failures})),
        declared=comparison.declared,
        compared=comparison.compared,
        unreadable=reasons[NotReadReason.UNREADABLE],
        unsupported=reasons[NotReadReason.UNSUPPORTED],
        discovered=len(seen.discovered),
        findings={kind.value: number for kind, number in sorted(kinds.items())},
        settling=len(comparison.settling),
        found=news.found,
        resolved=news.resolved,
        baselines=None if seen.of is None else tuple(sorted(seen.of)),
        coverage=comparison.coverage,
        not_listed=tuple(sorted({str(one) for one in seen.not_listed})),
    )


def _tells_the_same(one: ComparisonRecord, other: ComparisonRecord) -> bool:
    """Compare what was compared and what differs, not when and how often."""
    ours, theirs = (
        replace(each, from_at=one.from_at, to_at=one.to_at, comparisons=0, found=0, resolved=0)
        for each in (one, other)
    )
    return is_same(ours, theirs)


def _before(connection: Connection, key: str) -> _Kept | None:
    kept = meta.read(connection, key)
    return None if kept is None else msgspec.json.decode(kept, type=_Kept)


def _keep(connection: Connection, key: str, kept: _Kept) -> None:
    meta.write(connection, key, msgspec.json.encode(kept).decode())
