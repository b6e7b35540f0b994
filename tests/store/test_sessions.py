"""Who opened a session, for as long as calls can be made in it."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from drift.model.event import OpenedSession
from drift.store.database import Database
from drift.store.schema import opened_session
from drift.store.sessions import KEPT_FOR, forget_sessions, remember_session, sessions_behind
from tests.builders import NOON, a_principal, an_event, minutes


def test_a_session_is_followed_to_who_opened_it(database: Database) -> None:
    with database.transaction() as connection:
        for key, via in (("ASIA1", "ASIA2"), ("ASIA2", "ASIA3"), ("ASIA3", None)):
            remember_session(connection, an_opened(key, via), NOON)

        event = an_event(session_key="ASIA1")
        assert list(sessions_behind(connection, event, 5)) == ["ASIA1", "ASIA2", "ASIA3"]
        assert list(sessions_behind(connection, event, 2)) == ["ASIA1", "ASIA2"]
        assert sessions_behind(connection, an_event(session_key=None), 5) == {}


def test_sessions_that_name_each_other_are_followed_once(database: Database) -> None:
    with database.transaction() as connection:
        remember_session(connection, an_opened("ASIA1", "ASIA2"), NOON)
        remember_session(connection, an_opened("ASIA2", "ASIA1"), NOON)

        assert list(sessions_behind(connection, an_event(session_key="ASIA1"), 5)) == ["ASIA1", "ASIA2"]


@pytest.mark.parametrize(("is_renewable", "via"), [(False, "ASIA0"), (True, "ASIA9")])
def test_the_first_opening_stands_unless_it_can_be_renewed(
    database: Database, *, is_renewable: bool, via: str
) -> None:
    with database.transaction() as connection:
        for step in ("ASIA0", "ASIA9"):
            remember_session(connection, an_opened("ASIA1", step, is_renewable=is_renewable), NOON)

        assert sessions_behind(connection, an_event(session_key="ASIA1"), 1)["ASIA1"].via == via


def test_what_opened_a_session_earlier_and_is_told_of_later_does_not_take_its_place(
    database: Database,
) -> None:
    with database.transaction() as connection:
        for via, at in (("later", NOON + minutes(5)), ("earlier", NOON)):
            remember_session(connection, an_opened("grant", via, is_renewable=True), at)

        assert sessions_behind(connection, an_event(session_key="grant"), 1)["grant"].via == "later"


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


def remembered(connection: Connection) -> set[str]:
    return set(connection.execute(select(opened_session.c.key)).scalars())
