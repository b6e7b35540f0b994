"""Which weeks and quarters are to be reviewed by now, which are, and what that asked for."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.log import first_recorded_at
from drift.model.evidence import EntryKind
from drift.model.review import (
    Duty,
    FollowUpRecord,
    ReviewOf,
    ReviewRecord,
    ReviewRules,
    ReviewStanding,
    SignedReview,
)
from drift.reports.entries import entries_of_kind
from drift.reports.quarter import Quarter, quarter_at
from drift.reports.week import Week, week_at

MOST = {ReviewOf.WEEK: 60, ReviewOf.QUARTER: 6}
"""How far back reviews are asked for: further than an observation period reaches."""


def reviews_standing(connection: Connection, rules: ReviewRules, now: datetime) -> ReviewStanding:
    """Return how the reviews stand, as the ledger tells it."""
    began_at = first_recorded_at(connection)
    signed = (
        SignedReview(ledger_seq=entry.seq, review=body)
        for entry in entries_of_kind(connection, EntryKind.REVIEW)
        if (body := entry.read_as(ReviewRecord)) is not None
    )
    done = {
        said.follow_up: (entry.seq, said)
        for entry in entries_of_kind(connection, EntryKind.FOLLOW_UP)
        if (said := entry.read_as(FollowUpRecord)) is not None
    }
    duties = () if began_at is None else duties_of(rules, began_at, now)
    return ReviewStanding(at=now, duties=duties, signed=tuple(signed), done=done)


def duties_of(rules: ReviewRules, began_at: datetime, now: datetime) -> tuple[Duty, ...]:
    """Return what is to be signed of all that ended since the watch began at `began_at`, the oldest first."""
    begin = max(began_at, rules.since) if rules.since else began_at
    found = (duty for of in ReviewOf if rules.reviewers(of) for duty in _duties(of, rules, begin, now))
    return tuple(sorted(found, key=lambda duty: (duty.until, duty.of)))


def _duties(of: ReviewOf, rules: ReviewRules, begin: datetime, now: datetime) -> Iterator[Duty]:
    """Yield what is over, the latest first."""
    period: Week | Quarter = week_at(now) if of is ReviewOf.WEEK else quarter_at(now)
    for _ in range(MOST[of]):
        period = period.previous
        if period.until <= begin:
            return
        due_at = period.until + rules.within(of)
        yield Duty(of=of, period=str(period), since=period.since, until=period.until, due_at=due_at)
