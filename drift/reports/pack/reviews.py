"""Who reviewed which week and quarter, what nobody did, and what the reviews asked for."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from drift.ledger.entry import format_time
from drift.model.evidence import EntryKind
from drift.model.review import (
    Duty,
    FollowUpRecord,
    ReviewRecord,
    ReviewStanding,
    SignedReview,
)
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.view import View
from drift.reports.reviews import duties_of, standing_by

REVIEW_COLUMNS = (
    *("of", "period", "since", "until", "due_at", "status", "signed_at", "signed_by", "account"),
    *("is_self_asserted", "changes", "own_changes", "changes_sha256", "notes", "follow_ups"),
    *("ledger_seq",),
)
FOLLOW_UP_COLUMNS = (
    *("follow_up", "text", "owner", "due_at", "status", "done_at", "done_by", "notes"),
    *("asked_for_by_entry", "ledger_seq"),
)


class ReviewStatus(StrEnum):
    """How a review stands."""

    SIGNED = "signed"
    SIGNED_LATE = "signed late"
    DUE = "due"
    OVERDUE = "overdue"
    NOT_ASKED_FOR = "signed, not asked for"


def reviews(view: View) -> Iterator[Listing]:
    """Yield the reviews of weeks and quarters, and what they asked for."""
    standing = standing_of(view)
    named = view.request.reviews.weekly_reviewers + view.request.reviews.quarterly_reviewers
    unnamed = () if named else ("The configuration names nobody who has to review: none can be overdue.",)
    yield Listing(
        path="12_reviews/reviews",
        title="Reviews",
        lists="Each week and quarter that reaches into the period and was over when the ledger was sealed,"
        " with each signature, and those that nobody signed, by their end.",
        columns=REVIEW_COLUMNS,
        rows=_rows(view, standing),
        limits=(
            "It shows who signed, and how many changes there were to look at, not how well they looked.",
            "Who has to review is as the configuration said when the pack was made.",
            *unnamed,
        ),
    )
    yield Listing(
        path="12_reviews/follow_ups",
        title="What reviews asked for",
        lists="What the signatures in the listing of reviews asked for, in their order.",
        columns=FOLLOW_UP_COLUMNS,
        rows=_follow_ups(view, standing),
        limits=("That something was done is the word of whoever said so.",),
    )


def standing_of(view: View) -> ReviewStanding:
    """Return how reviews stood when the ledger was sealed."""
    return view.once(_standing)


def _standing(view: View) -> ReviewStanding:
    now, began_at = view.sealed.made_at, view.began_at()
    signed = view.entries(EntryKind.REVIEW, ReviewRecord)
    done = view.entries(EntryKind.FOLLOW_UP, FollowUpRecord)
    return standing_by(
        now,
        () if began_at is None else duties_of(view.request.reviews, began_at, now),
        ((one.entry.seq, one.body) for one in signed),
        ((one.entry.seq, one.body) for one in done),
    )


def reaches(view: View, since: datetime, until: datetime) -> bool:
    """Tell whether what is reviewed reaches into the period of the pack."""
    period = view.request.period
    return period.is_reached_by(until) and period.begins_before_its_end(since)


def _rows(view: View, standing: ReviewStanding) -> Iterator[Fields]:
    signed = [one for one in standing.signed if reaches(view, one.review.since, one.review.until)]
    asked = {duty.period: duty for duty in standing.duties if reaches(view, duty.since, duty.until)}
    unsigned = [duty for name, duty in asked.items() if standing.first_signature(name) is None]
    rows = [
        *((one.review.until, _of_signature(one, asked.get(one.review.period))) for one in signed),
        *((duty.until, _of_duty(duty, standing.at)) for duty in unsigned),
    ]
    rows.sort(key=lambda row: row[0])
    return (fields for _, fields in rows)


def _of_signature(one: SignedReview, duty: Duty | None) -> Fields:
    review = one.review
    return {
        "of": review.of,
        "period": review.period,
        "since": format_time(review.since),
        "until": format_time(review.until),
        "due_at": format_time(duty.due_at) if duty else None,
        "status": _status(review, duty),
        "signed_at": format_time(review.at),
        "signed_by": review.by.name,
        "account": review.by.account,
        "is_self_asserted": review.by.is_self_asserted,
        "changes": review.changes,
        "own_changes": review.own_changes,
        "changes_sha256": review.changes_sha256,
        "notes": review.notes,
        "follow_ups": [wanted.id for wanted in review.follow_ups],
        "ledger_seq": one.ledger_seq,
    }


def _status(review: ReviewRecord, duty: Duty | None) -> ReviewStatus:
    if duty is None:
        return ReviewStatus.NOT_ASKED_FOR
    return ReviewStatus.SIGNED if review.at <= duty.due_at else ReviewStatus.SIGNED_LATE


def _of_duty(duty: Duty, at: datetime) -> Fields:
    return {
        "of": duty.of,
        "period": duty.period,
        "since": format_time(duty.since),
        "until": format_time(duty.until),
        "due_at": format_time(duty.due_at),
        "status": ReviewStatus.OVERDUE if duty.due_at < at else ReviewStatus.DUE,
    }


def _follow_ups(view: View, standing: ReviewStanding) -> Iterator[Fields]:
    late = {one.id for one in standing.late_follow_ups}
    for one in standing.signed:
        if not reaches(view, one.review.since, one.review.until):
            continue
        for wanted in one.review.follow_ups:
            seq, done = standing.done.get(wanted.id, (None, None))
            yield {
                "follow_up": wanted.id,
                "text": wanted.text,
                "owner": wanted.owner,
                "due_at": format_time(wanted.due_at) if wanted.due_at else None,
                "status": "done" if done else "overdue" if wanted.id in late else "open",
                "done_at": format_time(done.at) if done else None,
                "done_by": done.by.name if done else None,
                "notes": done.notes if done else None,
                "asked_for_by_entry": one.ledger_seq,
                "ledger_seq": seq,
            }
