"""Reviews of a week's report or a quarter's changes by hand: who signed, what they saw, what follows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from drift.model.action import Doer


class ReviewOf(StrEnum):
    """What is reviewed."""

    WEEK = "week"
    """The weekly report."""
    QUARTER = "quarter"
    """All changes that people made by hand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewRules:
    """Who signs what, and by when. Without reviewers nobody has to."""

    weekly_reviewers: tuple[str, ...] = ()
    quarterly_reviewers: tuple[str, ...] = ()
    weekly_within: timedelta = timedelta(days=7)
    """After the end of the week."""
    quarterly_within: timedelta = timedelta(days=30)
    since: datetime | None = None
    """What ended before need not be signed; `None`: everything since the watch began."""

    def reviewers(self, of: ReviewOf) -> tuple[str, ...]:
        """Return who may sign."""
        return self.weekly_reviewers if of is ReviewOf.WEEK else self.quarterly_reviewers

    def within(self, of: ReviewOf) -> timedelta:
        """Return how long after its end a period is to be signed."""
        return self.weekly_within if of is ReviewOf.WEEK else self.quarterly_within


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUpWanted:
    """Something that somebody has to do after a review."""

    id: str
    """`2026-W47/1`."""
    text: str
    owner: str
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewRecord:
    """Body of a `review` entry: somebody signs a week or a quarter."""

    of: ReviewOf
    period: str
    """`2026-W47` or `2026-Q4`."""
    since: datetime
    until: datetime
    by: Doer
    at: datetime
    notes: str
    changes: int
    """Changes by hand that began in the period, as far as they were known then."""
    own_changes: int
    """Of these, the ones that the reviewer made."""
    changes_sha256: str
    """Hex SHA-256 of their ids, sorted, a line each: what the reviewer had to look at."""
    follow_ups: tuple[FollowUpWanted, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUpRecord:
    """Body of a `follow_up` entry: what a review asked for is done, somebody says."""

    follow_up: str
    """Its id."""
    by: Doer
    at: datetime
    notes: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedReview:
    """A review and the entry that records it."""

    ledger_seq: int
    review: ReviewRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """A period that is over, and is to be signed."""

    of: ReviewOf
    period: str
    since: datetime
    until: datetime
    due_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewStanding:
    """What is signed, what is to be signed, and what is left to do after it, at one time."""

    at: datetime
    duties: tuple[Duty, ...]
    """The oldest first."""
    signed: tuple[SignedReview, ...]
    """In the order in which they were signed."""
    done: Mapping[str, tuple[int, FollowUpRecord]]
    """What was done of what reviews asked for, by its id, with its entry."""

    def first_signature(self, period: str) -> SignedReview | None:
        """Return the review that fulfilled the duty."""
        return next((one for one in self.signed if one.review.period == period), None)

    @property
    def overdue(self) -> tuple[Duty, ...]:
        """What nobody signed in time, or ever."""
        return tuple(
            one for one in self.duties if one.due_at < self.at and self.first_signature(one.period) is None
        )

    @property
    def open_follow_ups(self) -> tuple[FollowUpWanted, ...]:
        """What is still to be done."""
        return tuple(one for one in self.follow_ups() if one.id not in self.done)

    @property
    def late_follow_ups(self) -> tuple[FollowUpWanted, ...]:
        """What should have been done by now."""
        return tuple(one for one in self.open_follow_ups if one.due_at is not None and one.due_at < self.at)

    def follow_ups(self) -> Iterator[FollowUpWanted]:
        """Yield everything that reviews asked for."""
        for one in self.signed:
            yield from one.review.follow_ups
