"""Twelve weeks of the weekly report: a trend tells more than a number."""

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import Connection

from drift.model.verdict import NOBODYS, Disposition
from drift.reports.days import Span
from drift.reports.week import week_at
from drift.reports.weekly.counts import WeekCount
from drift.stages.decide import PEOPLE
from drift.store.by_hand import changes_begun
from drift.store.lookup import records_read

WEEKS = 12


def twelve_weeks(connection: Connection, span: Span) -> tuple[WeekCount, ...]:
    """Return the counts of the twelve weeks that end with the last one of a span, the oldest first."""
    last = week_at(span.until - timedelta(microseconds=1))
    since = last.since - timedelta(weeks=WEEKS - 1)
    writes, unticketed = defaultdict[int, set[str]](set), defaultdict[int, int](int)
    for one in changes_begun(connection, since, min(last.until, span.until), PEOPLE):
        week = (one.began_at - since) // timedelta(weeks=1)
        if one.disposition in NOBODYS:
            continue
        unticketed[week] += one.disposition is Disposition.UNTICKETED
        if one.channels & PEOPLE:
            writes[week] |= one.writes
    begins = [since + timedelta(weeks=week) for week in range(WEEKS)]
    return tuple(
        WeekCount(
            since=begin,
            manual_writes=len(writes[week]),
            unticketed=unticketed[week],
            is_watched=bool(records_read(connection, begin, begin + timedelta(weeks=1))),
        )
        for week, begin in enumerate(begins)
    )
