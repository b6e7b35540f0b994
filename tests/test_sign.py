"""Weeks and quarters are signed by who is named, with what there was to look at."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.errors import RefusedError
from drift.ledger.verify import verify_pack
from drift.model.person import People, Person
from drift.model.review import FollowUpWanted, ReviewRules, ReviewStanding
from drift.model.verdict import Channel
from drift.reports.quarter import Quarter, quarter_at, quarter_called
from drift.reports.reviews import reviews_standing
from drift.reports.reviews_text import review_lines
from drift.reports.week import Week, week_at
from drift.sign import Signing, follow_up, sign
from drift.store.database import Database
from drift.store.lookup import changes_between
from tests.acting import ERIN, a_doer
from tests.builders import NOON
from tests.reports.packs import a_pack
from tests.reports.test_pack import table_of
from tests.world import KEY, World

DAY = timedelta(days=1)
WEEK = week_at(NOON)
LATER = WEEK.until + DAY
RULES = ReviewRules(weekly_reviewers=(ERIN,), quarterly_reviewers=("dave",))
ERIN_HAS_TWO = People.known([Person(name=ERIN, names=("erin-admin",))])


@pytest.fixture
def world(sqlite_database: Database) -> World:
    """A store in which one change was made by hand, and one by a pipeline."""
    world = World(database=sqlite_database)
    world.happened(at=NOON)
    world.happened(at=NOON + DAY, by="deploy", channel=Channel.PIPELINE)
    return world


def a_signing(*wanted: str, by: str = ERIN, period: Week | Quarter = WEEK) -> Signing:
    asked = (FollowUpWanted(id="", text=one, owner="dave", due_at=LATER + DAY) for one in wanted)
    return Signing(period=period, by=a_doer(by), notes="all rows were read", follow_ups=tuple(asked))


def standing(world: World, now: datetime, rules: ReviewRules = RULES) -> ReviewStanding:
    with world.database.reading() as connection:
        return reviews_standing(connection, rules, now)


def world_change(world: World) -> str:
    """Return the id of the first change by hand."""
    with world.database.reading() as connection:
        return next(changes_between(connection, WEEK.since, WEEK.until)).change.change_id


def lines(world: World, now: datetime) -> list[tuple[str, bool]]:
    return list(review_lines(standing(world, now)))


def test_a_signature_says_what_there_was_to_look_at(world: World) -> None:
    """
    Whoever has the pack can count and hash the changes again.
    """
    bob, own = (world.happened(at=NOON + 2 * DAY, by=name) for name in ("bob", "erin-admin"))

    done = sign(world.database, a_signing(), RULES, ERIN_HAS_TWO, LATER)

    ids = sorted([world_change(world), bob.change_id, own.change_id])
    assert [one.review for one in standing(world, LATER).signed] == [done]
    assert (done.changes, done.own_changes) == (3, 1)
    assert done.changes_sha256 == hashlib.sha256("".join(f"{one}\n" for one in ids).encode()).hexdigest()


@pytest.mark.parametrize(
    ("signing", "now", "why"),
    [
        (a_signing(), WEEK.until - DAY, "is not over"),
        (a_signing(by="mallory"), LATER, "none of those who review a week"),
        (a_signing(period=quarter_at(NOON)), datetime(2027, 1, 2, tzinfo=UTC), "who review a quarter"),
    ],
)
def test_who_may_not_sign_is_told_why(world: World, signing: Signing, now: datetime, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        sign(world.database, signing, RULES, People(), now)

    assert standing(world, now).signed == ()


def test_what_nobody_signed_in_time_is_overdue_until_somebody_does(world: World) -> None:
    assert lines(world, LATER) == [("no review overdue; 2026-W47 due 30 Nov", False)]

    late = WEEK.until + 8 * DAY
    assert lines(world, late) == [("1 review overdue: 2026-W47 (was due 30 Nov); drift report sign", True)]

    sign(world.database, a_signing(), RULES, People(), late)
    assert standing(world, late).overdue == ()


def test_where_nobody_has_to_review_nothing_is_overdue(world: World) -> None:
    assert standing(world, LATER + 400 * DAY, ReviewRules()).duties == ()


def test_what_ended_before_reviews_began_need_not_be_signed(world: World) -> None:
    rules = ReviewRules(weekly_reviewers=(ERIN,), since=WEEK.until)

    duties = standing(world, WEEK.until + 15 * DAY, rules).duties

    assert [one.period for one in duties] == ["2026-W48", "2026-W49"]


def test_a_follow_up_is_open_until_somebody_says_that_it_is_done(world: World) -> None:
    sign(world.database, a_signing("close the port"), RULES, People(), LATER)
    sign(world.database, a_signing("and the other"), RULES, People(), LATER)

    open_ones = [one.id for one in standing(world, LATER).open_follow_ups]
    follow_up(world.database, "2026-W47/1", a_doer("dave"), "closed it yesterday", LATER + 3 * DAY)

    assert open_ones == ["2026-W47/1", "2026-W47/2"]
    assert lines(world, LATER + 3 * DAY)[1] == (
        "1 follow-up open, 1 of them overdue: 2026-W47/2 (dave); drift report follow-up",
        True,
    )
    with pytest.raises(RefusedError, match="done already"):
        follow_up(world.database, "2026-W47/1", a_doer(), "closed it twice", LATER)
    with pytest.raises(RefusedError, match="no review asked"):
        follow_up(world.database, "2026-W47/9", a_doer(), "never asked for", LATER)


def test_the_pack_lists_signatures_and_what_is_missing(world: World, tmp_path: Path) -> None:
    sign(world.database, a_signing("=1+1 close the port"), RULES, People(), LATER)
    world.sealed(at=datetime(2027, 2, 1, tzinfo=UTC))

    a_pack(world.database, tmp_path / "pack", key=KEY, reviews=RULES, until=WEEK.until + DAY)

    rows = table_of(tmp_path / "pack/12_reviews/reviews.csv")
    [wanted] = table_of(tmp_path / "pack/12_reviews/follow_ups.csv")
    assert [(row["period"], row["status"], row["signed_by"]) for row in rows] == [
        ("2026-W47", "signed", ERIN),
        ("2026-W48", "overdue", ""),
        ("2026-Q4", "overdue", ""),
    ]
    assert (wanted["follow_up"], wanted["text"], wanted["status"]) == (
        "2026-W47/1",
        "'=1+1 close the port",
        "overdue",
    )
    page = (tmp_path / "pack/00_START_HERE.html").read_text()
    assert "2 reviews of the period overdue: 2026-W48, 2026-Q4." in page
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


def test_a_pack_of_long_ago_still_lists_what_nobody_signed_then(world: World, tmp_path: Path) -> None:
    """
    People are asked for the last 60 weeks alone; a pack is of its period, whenever it is made.
    """
    world.sealed(at=datetime(2029, 1, 1, tzinfo=UTC))

    a_pack(world.database, tmp_path / "pack", key=KEY, reviews=RULES, until=WEEK.until)

    rows = table_of(tmp_path / "pack/12_reviews/reviews.csv")
    assert [(row["period"], row["status"]) for row in rows] == [
        ("2026-W47", "overdue"),
        ("2026-Q4", "overdue"),
    ]


def test_quarters_are_those_of_the_calendar() -> None:
    last = quarter_called("2026-Q4")

    assert (str(last), str(last.previous)) == ("2026-Q4", "2026-Q3")
    assert (last.since, last.until) == (datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert str(quarter_called("2026-Q1").previous) == "2025-Q4"
    assert quarter_at(last.until - timedelta(seconds=1)) == last
    for wrong in ("2026-Q5", "26-Q1", "2026-Q1x"):
        with pytest.raises(ValueError, match="is no quarter"):
            quarter_called(wrong)
