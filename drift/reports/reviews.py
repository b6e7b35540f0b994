"""Which weeks and quarters are to be reviewed by now, which are, and what that asked for."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice

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
"""How far back people are asked for reviews: further than an observation period reaches."""


def reviews_standing(connection: Connection, rules: ReviewRules, now: datetime) -> ReviewStanding:
    """Return how the reviews stand, as the ledger tells it."""
    signed = (
        (entry.seq, body)
        for entry in entries_of_kind(connection, EntryKind.REVIEW)
        if (body := entry.read_as(ReviewRecord)) is not None
    )
    done = (
        (entry.seq, said)
        for entry in entries_of_kind(connection, EntryKind.FOLLOW_UP)
        if (said := entry.read_as(FollowUpRecord)) is not None
    )
    began_at = first_recorded_at(connection)
    duties = () if began_at is None else duties_of(rules, began_at, now, MOST)
    return standing_by(now, duties, signed, done)


def standing_by(
    at: datetime,
    duties: tuple[Duty, ...],
    signed: Iterable[tuple[int, ReviewRecord]],
    done: Iterable[tuple[int, FollowUpRecord]],
) -> ReviewStanding:
    """Return how reviews stand by these entries, each with its number in the ledger, in their order."""
    return ReviewStanding(
        at=at,
        duties=duties,
        signed=tuple(SignedReview(ledger_seq=seq, review=review) for seq, review in signed),
        done={said.follow_up: (seq, said) for seq, said in done},
    )


def duties_of(
    rules: ReviewRules, began_at: datetime, now: datetime, most: Mapping[ReviewOf, int] = {}
) -> tuple[Duty, ...]:
    """Return what is to be signed of all that ended since the watch began at `began_at`, the oldest first.

    Of each sort the `most` latest alone, where that is limited.
    """
    begin = max(began_at, rules.since) if rules.since else began_at
    found = (
        duty
        for of in ReviewOf
        if rules.reviewers(of)
        for duty in islice(_duties(of, rules, begin, now), most.get(of))
    )
    return tuple(sorted(found, key=lambda duty: (duty.until, duty.of)))


def _duties(of: ReviewOf, rules: ReviewRules, begin: datetime, now: datetime) -> Iterator[Duty]:
    """Yield what is over, the latest first."""
    period: Week | Quarter = week_at(now) if of is ReviewOf.WEEK else quarter_at(now)
    while (period := period.previous).until > begin:
        due_at = period.until + rules.within(of)
        yield Duty(of=of, period=str(period), since=period.since, until=period.until, due_at=due_at)
