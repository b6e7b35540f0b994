"""Which gaps are an alarm? Those that nobody filled in time, and those that somebody may have made."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection

from drift.model.alarm import BROKEN_LOG, OLD_GAP, Alarm
from drift.model.coverage import Gap, GapKind
from drift.model.verdict import Severity
from drift.stages.alarm.wording import lasting, moment
from drift.store.gaps import open_gaps

_NEXT = {
    GapKind.OUTAGE: "`drift check` says what is missing",
    GapKind.BUDGET: "raise its budget, or wait for the next period",
    GapKind.LOST: "look whether a copy of what it delivered is kept elsewhere, or accept it (`drift gaps`)",
    GapKind.DELIVERY: "`drift quarantine` lists it, `drift quarantine retry` reads it again; if it is gone"
    " for good, accept that (`drift gaps`)",
}


def find_old_gaps(connection: Connection, limit: timedelta, now: datetime) -> Sequence[Alarm]:
    """Return an alarm for each source of which a gap is open for longer than `limit`."""
    gaps = [row.gap for row in open_gaps(connection)]
    late = [one for one in gaps if one.kind is not GapKind.ATTESTATION and now - one.opened_at > limit]
    by_source = groupby(sorted(late, key=lambda one: (one.source, one.opened_at)), lambda one: one.source)
    return [_old(source, list(some), limit) for source, some in by_source]


def find_broken_logs(connection: Connection) -> Sequence[Alarm]:
    """Return an alarm for each account and region for which the cloud's own word does not hold."""
    gaps = [row.gap for row in open_gaps(connection, kind=GapKind.ATTESTATION)]
    by_place = groupby(sorted(gaps, key=lambda one: (_place(one), one.from_at or one.opened_at)), _place)
    return [_broken(place, list(some)) for place, some in by_place]


def _old(source: str, gaps: list[Gap], limit: timedelta) -> Alarm:
    oldest = gaps[0]
    what = f"{oldest.name}: {oldest.error}" if oldest.name else oldest.error
    more = f" and {len(gaps) - 1} more" if len(gaps) > 1 else ""
    owner = f" (owner: {oldest.owner})" if oldest.owner else ""
    return Alarm(
        slug=OLD_GAP,
        subject=source,
        text=f"a gap of {source} is open for more than {lasting(limit)}{more}: {what}",
        hint=f"Fill it{owner}: {_NEXT[oldest.kind]}.",
        severity=Severity.HIGH,
        since=oldest.opened_at,
    )


def _broken(place: str, gaps: list[Gap]) -> Alarm:
    first = gaps[0]
    more = f" and {len(gaps) - 1} more" if len(gaps) > 1 else ""
    since = first.from_at or first.opened_at
    span = f"{moment(since)} to {moment(first.to_at)}" if first.to_at else moment(since)
    return Alarm(
        slug=BROKEN_LOG,
        subject=place,
        text=f"the audit log is not what the cloud signed, {place}, {span}{more}: {first.error}",
        hint=f"Find out who could write or delete there, and compare with another copy: {first.name}.",
        severity=Severity.CRITICAL,
        since=since,
    )


def _place(gap: Gap) -> str:
    return f"{gap.source}: account {gap.account} {gap.region}"
