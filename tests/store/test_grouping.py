"""Which sessions and changes writes are led to, and how far these reach."""

from datetime import UTC, datetime

import pytest

from drift.model.change import Span
from drift.model.resource import Resource
from drift.store.changes import sessions_to_judge
from drift.store.database import Database
from drift.store.grouping import (
    WantedChange,
    WantedSession,
    begin_change,
    begin_session,
    expect_changes,
    expect_sessions,
    near_change,
    near_session,
    stretch_change,
    stretch_session,
)
from tests.builders import ACCOUNT, NOON, SECURITY_GROUP, minutes

ALICE = "human:alice@example.com"

BUCKET = Resource(type="aws_s3_bucket", id="example-logs")


def test_the_nearest_session_is_found(database: Database) -> None:
    with database.transaction() as connection:
        for minute in (0, 20):
            begin_session(connection, f"ses-{minute}", a_session(ALICE, ACCOUNT, NOON + minutes(minute)))

        assert found(near_session(connection, a_session(ALICE, ACCOUNT, NOON + minutes(9)))) == "ses-0"
        assert found(near_session(connection, a_session(ALICE, ACCOUNT, NOON + minutes(11)))) == "ses-20"
        assert found(near_session(connection, a_session(ALICE, ACCOUNT, NOON - minutes(14)))) == "ses-0"
        assert found(near_session(connection, a_session(ALICE, ACCOUNT, NOON + minutes(35)))) is None
        assert found(near_session(connection, a_session("human:bob", ACCOUNT, NOON))) is None
        assert found(near_session(connection, a_session(ALICE, "", NOON))) is None


def test_a_session_without_a_pause_ends_after_a_day(database: Database) -> None:
    """
    A controller that writes every ten minutes would otherwise make one change without an end.
    """
    day = Span(id="ses-1", began_at=NOON, ended_at=NOON + minutes(24 * 60 - 1))
    with database.transaction() as connection:
        begin_session(connection, "ses-1", a_session(ALICE, ACCOUNT, day.began_at))
        stretch_session(connection, day, day.ended_at)

        assert found(near_session(connection, a_session(ALICE, ACCOUNT, day.ended_at))) == "ses-1"
        assert found(near_session(connection, a_session(ALICE, ACCOUNT, day.ended_at + minutes(2)))) is None


def test_a_change_is_found_by_its_session_and_resource(database: Database) -> None:
    unmapped = Resource(type=None, id="ec2:Unheard")
    with database.transaction() as connection:
        begin_session(connection, "ses-1", a_session(ALICE, ACCOUNT, NOON))
        begin_change(connection, a_change("ses-1", SECURITY_GROUP, NOON, "chg-1"))
        begin_change(connection, a_change("ses-1", unmapped, NOON, "chg-2"))

        assert found(near_change(connection, a_change("ses-1", SECURITY_GROUP, NOON))) == "chg-1"
        assert found(near_change(connection, a_change("ses-1", unmapped, NOON))) == "chg-2"
        assert near_change(connection, a_change("ses-2", SECURITY_GROUP, NOON)) is None
        assert near_change(connection, a_change("ses-1", Resource(type=None, id="sg-0abc"), NOON)) is None
        assert near_change(connection, a_change("ses-1", SECURITY_GROUP, NOON + minutes(15))) is None


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_writes_at_the_ends_of_time_have_their_session_too(database: Database, at: datetime) -> None:
    with database.transaction() as connection:
        assert near_session(connection, a_session(ALICE, ACCOUNT, at)) is None

        begin_session(connection, "ses-1", a_session(ALICE, ACCOUNT, at))

        assert found(near_session(connection, a_session(ALICE, ACCOUNT, at))) == "ses-1"


def test_an_id_is_free_once(database: Database) -> None:
    with database.transaction() as connection:
        assert begin_session(connection, "ses-1", a_session(ALICE, ACCOUNT, NOON))
        assert not begin_session(connection, "ses-1", a_session("human:mallory", ACCOUNT, NOON))
        assert begin_change(connection, a_change("ses-1", SECURITY_GROUP, NOON, "chg-1"))
        assert not begin_change(connection, a_change("ses-1", BUCKET, NOON, "chg-1"))


def test_a_span_of_an_earlier_transaction_is_found_and_stretched(database: Database) -> None:
    with database.transaction() as connection:
        begin_session(connection, "ses-1", a_session(ALICE, ACCOUNT, NOON))
        begin_change(connection, a_change("ses-1", BUCKET, NOON, "chg-1"))

    with database.transaction() as connection:
        later = NOON + minutes(14)
        expect_sessions(connection, [a_session(ALICE, ACCOUNT, later)])
        expect_changes(connection, [a_change("ses-1", BUCKET, later)])
        session, change = (
            near_session(connection, a_session(ALICE, ACCOUNT, later)),
            near_change(connection, a_change("ses-1", BUCKET, later)),
        )
        assert session is not None
        assert change is not None
        stretch_session(connection, session, later)
        stretch_change(connection, change, later)

    with database.transaction() as connection:
        much_later = NOON + minutes(28)
        assert found(near_session(connection, a_session(ALICE, ACCOUNT, much_later))) == "ses-1"
        assert found(near_change(connection, a_change("ses-1", BUCKET, much_later))) == "chg-1"


def test_writes_of_many_years_are_looked_for_one_by_one(database: Database) -> None:
    """
    An archive may be in any order, and between two of its writes may lie all that the store has.
    """
    with database.transaction() as connection:
        for day in (0, 400):
            at = NOON + minutes(day * 24 * 60)
            begin_session(connection, f"ses-{day}", a_session(ALICE, ACCOUNT, at))

    with database.transaction() as connection:
        wanted = [a_session(ALICE, ACCOUNT, NOON + minutes(day * 24 * 60)) for day in (0, 200, 400)]
        expect_sessions(connection, wanted)

        assert [found(near_session(connection, one)) for one in wanted] == ["ses-0", None, "ses-400"]


def test_what_was_begun_is_there_for_whoever_reads_within_the_transaction(database: Database) -> None:
    with database.transaction() as connection:
        begin_session(connection, "ses-1", a_session(ALICE, ACCOUNT, NOON))
        begin_change(connection, a_change("ses-1", BUCKET, NOON, "chg-1"))

        assert sessions_to_judge(connection, NOON) == ["ses-1"]


def a_session(actor: str, account: str, at: datetime) -> WantedSession:
    return WantedSession(actor=actor, account=account, at=at)


def a_change(session_id: str, resource: Resource, at: datetime, id_: str = "chg") -> WantedChange:
    return WantedChange(session_id=session_id, resource=resource, at=at, id=id_)


def found(span: Span | None) -> str | None:
    return span.id if span else None
