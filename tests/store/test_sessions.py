"""Who opened a session, for as long as calls can be made in it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from drift.model.change import KnownWrite
from drift.model.event import OpenedSession
from drift.store.database import Database
from drift.store.schema import opened_session
from drift.store.sessions import (
    KEPT_FOR,
    forget_sessions,
    note_sessions,
    openings_behind,
    remember_session,
    writes_in,
)
from drift.store.writes import add_write
from tests.builders import NOON, a_principal, a_write, an_event, minutes


def test_a_session_is_followed_to_who_opened_it(database: Database) -> None:
    with database.transaction() as connection:
        for key, via in (("ASIA1", "ASIA2"), ("ASIA2", "ASIA3"), ("ASIA3", None)):
            remember_session(connection, an_opened(key, via), NOON)

        event = an_event(session_key="ASIA1")
        assert list(openings_behind(connection, event, 5)) == ["ASIA1", "ASIA2", "ASIA3"]
        assert list(openings_behind(connection, event, 2)) == ["ASIA1", "ASIA2"]
        assert openings_behind(connection, an_event(session_key=None), 5) == {}


def test_sessions_that_name_each_other_are_followed_once(database: Database) -> None:
    with database.transaction() as connection:
        remember_session(connection, an_opened("ASIA1", "ASIA2"), NOON)
        remember_session(connection, an_opened("ASIA2", "ASIA1"), NOON)

        assert list(openings_behind(connection, an_event(session_key="ASIA1"), 5)) == ["ASIA1", "ASIA2"]


@pytest.mark.parametrize(("is_renewable", "via"), [(False, "ASIA0"), (True, "ASIA9")])
def test_the_first_opening_stands_unless_it_can_be_renewed(
    database: Database, *, is_renewable: bool, via: str
) -> None:
    with database.transaction() as connection:
        for step in ("ASIA0", "ASIA9"):
            remember_session(connection, an_opened("ASIA1", step, is_renewable=is_renewable), NOON)

        assert openings_behind(connection, an_event(session_key="ASIA1"), 1)["ASIA1"].via == via


def test_an_opening_counts_for_the_calls_after_it_until_the_next(database: Database) -> None:
    with database.transaction() as connection:
        for via, at in (("later", NOON + minutes(5)), ("earlier", NOON)):
            assert remember_session(connection, an_opened("grant", via, is_renewable=True), at)

        found = {
            minute: via_of(connection, at=None if minute is None else NOON + minutes(minute))
            for minute in (-1, 0, 4, 5, 6, None)
        }
        assert found == {-1: None, 0: "earlier", 4: "earlier", 5: "later", 6: "later", None: "later"}


@pytest.mark.parametrize("in_order", [False, True])
def test_of_openings_that_renew_nothing_the_first_in_time_stands(
    database: Database, *, in_order: bool
) -> None:
    openings = [("first", NOON), ("second", NOON + minutes(1))]
    with database.transaction() as connection:
        told = [
            remember_session(connection, an_opened("grant", via), at)
            for via, at in (openings if in_order else reversed(openings))
        ]

        assert told == [True, not in_order]
        assert via_of(connection, at=NOON) == via_of(connection, at=NOON - minutes(1)) == "first"


def test_an_opening_that_is_told_again_is_no_news(database: Database) -> None:
    with database.transaction() as connection:
        for is_renewable in (False, True):
            opened = an_opened(f"renewable {is_renewable}", None, is_renewable=is_renewable)
            assert [remember_session(connection, opened, NOON) for _ in range(2)] == [True, False]


def test_a_write_is_found_by_every_session_that_it_was_made_in_or_may_have_been(database: Database) -> None:
    write = a_write(an_event(session_key="ASIA1"))
    with database.transaction() as connection:
        add_write(connection, write, 7)
        for _ in range(2):
            note_sessions(connection, write.event, {"ASIA1": an_opened("ASIA1", "ASIA2")}, NOON)

        assert [writes_in(connection, key) for key in ("ASIA1", "ASIA2", "ASIA3")] == [
            (KnownWrite(write=write, ledger_seq=7),),
            (KnownWrite(write=write, ledger_seq=7),),
            (),
        ]


def test_in_which_sessions_writes_were_made_is_forgotten_when_none_can_be_opened_late(
    database: Database,
) -> None:
    with database.transaction() as connection:
        for event_id, at in (("old", NOON - KEPT_FOR - minutes(1)), ("new", None)):
            write = a_write(an_event(event_id=event_id, at=at, session_key="ASIA1"))
            add_write(connection, write, 0)
            note_sessions(connection, write.event, {}, NOON)

        forget_sessions(connection, NOON)

        [known] = writes_in(connection, "ASIA1")
        assert known.write.event.event_id == "new"


def test_a_session_is_forgotten_when_none_can_last_so_long(database: Database) -> None:
    with database.transaction() as connection:
        remember_session(connection, an_opened("old", None), NOON - KEPT_FOR - minutes(1))
        remember_session(connection, an_opened("young", None), NOON - KEPT_FOR)
        remember_session(connection, an_opened("newest", None), NOON)

        forget_sessions(connection, NOON)

        assert remembered(connection) == {"young", "newest"}


def test_a_grant_is_kept_until_it_expires(database: Database) -> None:
    month = timedelta(days=30)
    grant = OpenedSession(key="grant", opener=a_principal(), via=None, role=None, expires_at=NOON + month)
    with database.transaction() as connection:
        remember_session(connection, grant, NOON)
        for days in (29, 31):
            at = NOON + timedelta(days=days)
            remember_session(connection, an_opened(f"day {days}", None), at)
            forget_sessions(connection, at)
            assert ("grant" in remembered(connection)) is (days < 30)


def test_a_clock_that_runs_ahead_of_an_archive_forgets_nothing_of_it(database: Database) -> None:
    with database.transaction() as connection:
        remember_session(connection, an_opened("archived", None), NOON)

        forget_sessions(connection, NOON + timedelta(days=300))

        assert remembered(connection) == {"archived"}


def an_opened(key: str, via: str | None, *, is_renewable: bool = False) -> OpenedSession:
    """What a role assumption says about the calls that will use its key."""
    return OpenedSession(key=key, opener=a_principal(), via=via, role="Admin", is_renewable=is_renewable)


def via_of(connection: Connection, *, at: datetime | None) -> str | None:
    found = openings_behind(connection, an_event(at=at, session_key="grant"), 1)
    return found["grant"].via if found else None


def remembered(connection: Connection) -> set[str]:
    return set(connection.execute(select(opened_session.c.key)).scalars())
