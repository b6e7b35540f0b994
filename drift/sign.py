"""Takes in that somebody reviewed a week or a quarter, and what has to be done after it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from drift.errors import RefusedError
from drift.ledger.log import append, first_recorded_at
from drift.model.action import Doer
from drift.model.evidence import EntryKind
from drift.model.person import People, makers_of
from drift.model.review import FollowUpRecord, FollowUpWanted, ReviewOf, ReviewRecord, ReviewRules
from drift.redact import redact
from drift.reports.quarter import Quarter
from drift.reports.reviews import reviews_standing
from drift.reports.week import Week
from drift.stages.decide import PEOPLE
from drift.store.database import Database
from drift.store.lookup import changes_between

LEAST_WORDS = 3
"""A review that an auditor reads is a sentence, not a dot."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signing:
    """What a reviewer says."""

    period: Week | Quarter
    by: Doer
    notes: str
    follow_ups: tuple[FollowUpWanted, ...]
    """Their ids are given when it is recorded."""

    @property
    def of(self) -> ReviewOf:
        """What is signed."""
        return ReviewOf.WEEK if isinstance(self.period, Week) else ReviewOf.QUARTER


def sign(
    database: Database, signing: Signing, rules: ReviewRules, people: People, now: datetime
) -> ReviewRecord:
    """Record a review, with what there was to look at.

    Raises:
        RefusedError: The period is not over, nothing of it was watched, whoever signs is none of the
            reviewers, or what is asked for was to be done before now.
    """
    _refuse(signing, rules, people, now)
    with database.transaction() as connection:
        body = _review(connection, signing, people, now)
        _refuse_unwatched(connection, body)
        append(connection, kind=EntryKind.REVIEW, ref=body.period, body=body, recorded_at=now)
    return body


def follow_up(database: Database, name: str, by: Doer, notes: str, now: datetime) -> FollowUpRecord:
    """Record that what a review asked for is done.

    Raises:
        RefusedError: No review asked for it, or it was done before.
    """
    _check_words(notes)
    with database.transaction() as connection:
        standing = reviews_standing(connection, ReviewRules(), now)
        if name in standing.done:
            raise RefusedError(f"{name} is done already", hint="`drift status` lists what is open")
        review = next(
            (one for one in standing.signed if name in {wanted.id for wanted in one.review.follow_ups}), None
        )
        if review is None:
            raise RefusedError(f'no review asked for "{name}"', hint="`drift status` lists what is open")
        body = FollowUpRecord(follow_up=name, by=by, at=now, notes=_clean(notes))
        kind, links = EntryKind.FOLLOW_UP, (review.ledger_seq,)
        append(connection, kind=kind, ref=name, body=body, recorded_at=now, links=links)
    return body


def _refuse(signing: Signing, rules: ReviewRules, people: People, now: datetime) -> None:
    _check_words(signing.notes)
    if now < signing.period.until:
        raise RefusedError(
            f"{signing.period} is not over", hint=f"sign it after {signing.period.until:%Y-%m-%d %H:%M} UTC"
        )
    reviewers = rules.reviewers(signing.of)
    if reviewers and people.person(signing.by.name) not in map(people.person, reviewers):
        raise RefusedError(
            f"{signing.by.name} is none of those who review a {signing.of}",
            hint=f"ask {' or '.join(reviewers)}, or say with --as who you are",
        )

    late = next((one.due_at for one in signing.follow_ups if one.due_at and one.due_at <= now), None)
    if late is not None:
        raise RefusedError(
            f"{late:%Y-%m-%d %H:%M} UTC is over: nobody can do anything by then",
            hint="say with --due by when it has to be done: 2026-12-31, or 14d from now",
        )


def _refuse_unwatched(connection: Connection, review: ReviewRecord) -> None:
    """Refuse what ended before the watch began, but where history of it was taken in."""
    began_at = first_recorded_at(connection)
    if review.changes == 0 and (began_at is None or review.until <= began_at):
        began = f"the watch began at {began_at:%Y-%m-%d %H:%M} UTC" if began_at else "nothing was watched yet"
        raise RefusedError(
            f"nothing is known of {review.period}: {began}", hint="sign a week or quarter that was watched"
        )


def _check_words(text: str) -> None:
    if len(text.split()) < LEAST_WORDS:
        raise RefusedError("the notes say too little", hint="write a sentence: an auditor will read it")


def _review(connection: Connection, signing: Signing, people: People, now: datetime) -> ReviewRecord:
    period, person = signing.period, people.person(signing.by.name)
    ids, own = list[str](), 0
    for row in changes_between(connection, period.since, period.until):
        if row.change.channel in PEOPLE:
            ids.append(row.change.change_id)
            own += person in makers_of(row.change, None, people)
    return ReviewRecord(
        of=signing.of,
        period=str(period),
        since=period.since,
        until=period.until,
        by=signing.by,
        at=now,
        notes=_clean(signing.notes),
        changes=len(ids),
        own_changes=own,
        changes_sha256=changes_digest(ids),
        follow_ups=_numbered(connection, signing, now),
    )


def changes_digest(ids: Sequence[str]) -> str:
    """Return the hex SHA-256 of the ids of changes, sorted, a line each."""
    return hashlib.sha256("".join(f"{one}\n" for one in sorted(ids)).encode()).hexdigest()


def _numbered(connection: Connection, signing: Signing, now: datetime) -> tuple[FollowUpWanted, ...]:
    """Give what is asked for its ids: those of a second review of the same period go on counting."""
    period, standing = str(signing.period), reviews_standing(connection, ReviewRules(), now)
    before = sum(len(one.review.follow_ups) for one in standing.signed if one.review.period == period)
    return tuple(
        replace(one, id=f"{period}/{number}", text=_clean(one.text))
        for number, one in enumerate(signing.follow_ups, start=before + 1)
    )


def _clean(text: str) -> str:
    """Cut secrets out: somebody may have pasted one."""
    return str(redact(text).value)
