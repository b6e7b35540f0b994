"""Writes, the changes that they add up to, and when these are judged again."""

import pytest
from sqlalchemy import Connection

from drift.model.change import Change
from drift.model.resource import Resource
from drift.model.verdict import Disposition
from drift.store.changes import (
    change_session_of,
    changes,
    count_by_disposition,
    join_change,
    judge_again,
    keep_judgement,
    last_judgement,
    mark_judged,
    sessions_to_judge,
    write_seqs,
)
from drift.store.database import Database
from drift.store.grouping import (
    WantedChange,
    WantedSession,
    begin_change,
    begin_session,
    near_change,
    stretch_change,
)
from drift.store.writes import add_write
from tests.builders import (
    ACCOUNT,
    NOON,
    SECURITY_GROUP,
    a_judgement,
    a_write,
    an_event,
    minutes,
)

ALICE = "human:alice@example.com"

WEEK_AGO = NOON - minutes(7 * 24 * 60)

OPEN = (Disposition.UNTICKETED, Disposition.RETROACTIVE, Disposition.EMERGENCY)

BUCKET = Resource(type="aws_s3_bucket", id="example-logs")


def test_a_change_lists_its_writes_in_order_of_time(database: Database) -> None:
    with database.transaction() as connection:
        one = a_kept_change(connection, at=(2, 0, 1))

        assert [write.event.event_id for write in one.writes] == ["chg-1 0", "chg-1 1", "chg-1 2"]
        assert (one.began_at, one.ended_at) == (NOON, NOON + minutes(2))
        assert write_seqs(connection, one) == (0, 1, 2)


def test_a_session_lists_its_changes_by_their_first_write(database: Database) -> None:
    with database.transaction() as connection:
        a_kept_change(connection, "chg-1", at=(5,))
        a_kept_change(connection, "chg-2", at=(1,), resource=BUCKET)

        session = change_session_of(connection, "ses-1")

    assert [one.change_id for one in session.changes] == ["chg-2", "chg-1"]


def test_a_new_change_is_to_be_judged(database: Database) -> None:
    with database.transaction() as connection:
        one = a_kept_change(connection)

        assert sessions_to_judge(connection, NOON + minutes(1)) == ["ses-1"]
        assert last_judgement(connection, one) is None
        assert count_by_disposition(connection) == {"pending": 1}


def test_a_judgement_is_read_back_as_it_was_kept(database: Database) -> None:
    with database.transaction() as connection:
        one = a_kept_change(connection)
        keep_judgement(connection, one, a_judgement(), 9)

        [row] = changes(connection)

        assert (row.judgement, row.ledger_seq) == (a_judgement(), 9)
        assert last_judgement(connection, one) == a_judgement()
        assert count_by_disposition(connection) == {"unticketed": 1}


@pytest.mark.parametrize("disposition", OPEN)
def test_an_open_change_is_judged_again_while_it_is_young(
    database: Database, disposition: Disposition
) -> None:
    with database.transaction() as connection:
        keep_judgement(connection, a_kept_change(connection), a_judgement(disposition), 9)

        assert sessions_to_judge(connection, NOON) == ["ses-1"]
        assert sessions_to_judge(connection, NOON + minutes(1)) == []


def test_a_pending_change_is_judged_again_however_old(database: Database) -> None:
    """
    A daemon that was off for eight days still owes its verdicts.
    """
    with database.transaction() as connection:
        keep_judgement(connection, a_kept_change(connection), a_judgement(Disposition.PENDING), 9)

        assert sessions_to_judge(connection, NOON + minutes(30 * 24 * 60)) == ["ses-1"]


@pytest.mark.parametrize(
    "disposition", [one for one in Disposition if one not in (*OPEN, Disposition.PENDING)]
)
def test_a_settled_change_is_not_judged_again(database: Database, disposition: Disposition) -> None:
    with database.transaction() as connection:
        keep_judgement(connection, a_kept_change(connection), a_judgement(disposition), 9)

        assert sessions_to_judge(connection, WEEK_AGO) == []


def test_a_settled_change_that_a_write_joins_is_judged_again(database: Database) -> None:
    with database.transaction() as connection:
        one = a_kept_change(connection)
        keep_judgement(connection, one, a_judgement(Disposition.AUTHORISED), 9)

        grown = a_kept_change(connection, at=(1,))

        assert sessions_to_judge(connection, NOON + minutes(1)) == ["ses-1"]
        assert last_judgement(connection, grown) is None
        assert last_judgement(connection, one) is not None


def test_a_write_that_came_while_its_change_was_judged_has_it_judged_again(database: Database) -> None:
    """
    Tickets are asked for outside of any transaction, and that takes seconds.
    """
    with database.transaction() as connection:
        read_before = a_kept_change(connection)
        a_kept_change(connection, at=(1,))

        keep_judgement(connection, read_before, a_judgement(Disposition.AUTHORISED), 9)
        assert sessions_to_judge(connection, NOON + minutes(1)) == ["ses-1"]

        assert mark_judged(connection, read_before) == 9
        assert sessions_to_judge(connection, NOON + minutes(1)) == ["ses-1"]


def test_a_change_whose_resource_stands_differently_is_judged_again(database: Database) -> None:
    with database.transaction() as connection:
        one = a_kept_change(connection)
        keep_judgement(connection, one, a_judgement(Disposition.AUTHORISED), 9)

        judge_again(connection, ["other"], WEEK_AGO)
        assert sessions_to_judge(connection, NOON) == []

        judge_again(connection, ["sg-0abc", *map(str, range(70_000))], WEEK_AGO)
        assert sessions_to_judge(connection, NOON) == ["ses-1"]

        mark_judged(connection, one)
        assert sessions_to_judge(connection, NOON) == []


def test_an_old_change_is_not_judged_again_for_what_happens_to_its_resource_now(database: Database) -> None:
    """
    A resource that a pipeline changes daily has thousands of them, and each would ask the code host.
    """
    with database.transaction() as connection:
        keep_judgement(connection, a_kept_change(connection), a_judgement(Disposition.AUTHORISED), 9)

        judge_again(connection, ["sg-0abc"], NOON + minutes(1))

        assert sessions_to_judge(connection, WEEK_AGO) == []


def test_sessions_are_judged_in_the_order_they_began(database: Database) -> None:
    with database.transaction() as connection:
        for session_id in ("ses-3", "ses-1", "ses-2"):
            begin_session(connection, session_id, WantedSession(actor=ALICE, account=session_id, at=NOON))
            for resource in (SECURITY_GROUP, BUCKET):
                id_ = f"chg-{session_id}-{resource.id}"
                wanted = WantedChange(session_id=session_id, resource=resource, at=NOON, id=id_)
                assert begin_change(connection, wanted)

        assert sessions_to_judge(connection, NOON) == ["ses-1", "ses-2", "ses-3"]


def a_kept_change(
    connection: Connection,
    change_id: str = "chg-1",
    *,
    at: tuple[int, ...] = (0,),
    resource: Resource = SECURITY_GROUP,
) -> Change:
    """A change of alice's with a write at each of these minutes, begun or added to."""
    begin_session(connection, "ses-1", WantedSession(actor=ALICE, account=ACCOUNT, at=NOON))
    for seq, minute in enumerate(at):
        time = NOON + minutes(minute)
        write = a_write(an_event(event_id=f"{change_id} {minute}", at=time, resources=(resource,)))
        add_write(connection, write, seq)
        wanted = WantedChange(session_id="ses-1", resource=resource, at=time, id=change_id)
        if not begin_change(connection, wanted):
            span = near_change(connection, wanted)
            assert span is not None
            stretch_change(connection, span, time)
        join_change(connection, change_id, write)
    return next(row.change for row in changes(connection) if row.change.change_id == change_id)
