"""What columns take and give back: times in UTC, hostile text, values as JSON."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import StatementError

from drift.model.event import OpenedSession
from drift.model.verdict import Statement
from drift.ports import Delivery
from drift.store import meta
from drift.store.columns import KEY_SIZE
from drift.store.database import Database
from drift.store.schema import opened_session, source_cursor
from drift.store.sources import move_to, position_in
from tests.builders import NOON, a_principal

LONGEST_NAME = "\N{PILE OF POO}" * 100_000

HOSTILE = [
    "nul \0 inside",
    "half a character \ud83d",
    "'; DROP TABLE meta; --",
    "%s %(key)s {key} :key ?",
    "\r\n\t\x1b[31m \N{RIGHT-TO-LEFT OVERRIDE}",
    LONGEST_NAME,
]


def test_times_come_back_in_utc_whatever_zone_they_came_in(database: Database) -> None:
    in_tokyo = NOON.astimezone(timezone(timedelta(hours=9)))

    kept = kept_time(database, in_tokyo)

    assert kept == NOON
    assert kept.tzinfo is UTC


def test_times_are_kept_to_the_microsecond(database: Database) -> None:
    at = NOON + timedelta(microseconds=1)

    assert kept_time(database, at) == at


@pytest.mark.parametrize(
    "at",
    [datetime.min.replace(tzinfo=UTC), datetime(999, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)],
)
def test_any_time_that_a_record_may_bear_is_kept(database: Database, at: datetime) -> None:
    assert kept_time(database, at) == at


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_zone_of_the_server_changes_no_time(database: Database) -> None:
    database.close()
    with database.transaction() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET timezone = 'America/New_York'"))
    database.close()

    assert kept_time(database, datetime.min.replace(tzinfo=UTC)) == datetime.min.replace(tzinfo=UTC)


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="times in the store are aware"):
        kept_time(database, NOON.replace(tzinfo=None))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_kept_as_text(database: Database, hostile: str) -> None:
    with database.transaction() as connection:
        meta.write(connection, "key", hostile)

    with database.reading() as connection:
        kept = meta.read(connection, "key")

    assert kept == hostile.replace("\0", "\ufffd").replace("\ud83d", "\ufffd")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_row_is_found_again_by_a_hostile_key(database: Database, hostile: str) -> None:
    with database.transaction() as connection:
        meta.write(connection, hostile, "found")
        meta.write(connection, hostile, "found again")

    with database.reading() as connection:
        assert meta.read(connection, hostile) == "found again"


def test_long_keys_that_differ_only_at_their_end_stay_apart(database: Database) -> None:
    with database.transaction() as connection:
        meta.write(connection, LONGEST_NAME + "1", "one")
        meta.write(connection, LONGEST_NAME + "2", "two")

    with database.reading() as connection:
        assert meta.read(connection, LONGEST_NAME + "1") == "one"


def test_a_long_key_is_found_by_what_is_kept_of_it(database: Database) -> None:
    """
    What is read from one table is looked up in another.
    """
    with database.transaction() as connection:
        connection.execute(insert(source_cursor).values(source=LONGEST_NAME, cursor="c"))
        kept = connection.execute(select(source_cursor.c.source)).scalar_one()

        assert len(kept.encode()) <= KEY_SIZE
        assert cursor_at(connection, kept) == "c"


def test_three_long_keys_together_fit_an_index(database: Database) -> None:
    """
    PostgreSQL refuses a larger entry, and text that cannot be compressed makes the largest.
    """
    noise = "".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(100))
    one = Delivery(name=noise, version=noise[::-1], cursor="c", open=BytesIO)

    with database.transaction() as connection:
        move_to(connection, noise[1:], one, 7, begun=0, is_complete=False)

        assert position_in(connection, noise[1:], one) == 7


def test_a_key_of_the_longest_length_is_kept_whole(database: Database) -> None:
    name = "é" * (KEY_SIZE // 2)

    with database.transaction() as connection:
        connection.execute(insert(source_cursor).values(source=name, cursor="c"))

        assert connection.execute(select(source_cursor.c.source)).scalar_one() == name


def test_a_value_comes_back_from_its_json(database: Database) -> None:
    opened = OpenedSession(
        key="ASIA1",
        opener=a_principal(),
        via=None,
        role="Admin",
        statements=(Statement(place="session tag a", text="nul \0"),),
        expires_at=NOON,
    )

    with database.transaction() as connection:
        connection.execute(insert(opened_session).values(key="ASIA1", opened_at=NOON, body=opened))
        kept = connection.execute(select(opened_session.c.body)).scalar_one()

    assert kept == opened


def test_a_value_with_half_a_character_is_kept_all_the_same(database: Database) -> None:
    opened = OpenedSession(key="ASIA1", opener=a_principal(), via=None, role="half \ud83d")

    with database.transaction() as connection:
        connection.execute(insert(opened_session).values(key="ASIA1", opened_at=NOON, body=opened))
        kept = connection.execute(select(opened_session.c.body)).scalar_one()

    assert kept.role == "half \ufffd"


def kept_time(database: Database, at: datetime) -> datetime:
    opened = OpenedSession(key="ASIA1", opener=a_principal(), via=None, role=None)
    with database.transaction() as connection:
        connection.execute(insert(opened_session).values(key="ASIA1", opened_at=at, body=opened))
        kept: datetime = connection.execute(select(opened_session.c.opened_at)).scalar_one()
    return kept


def cursor_at(connection: Connection, source: str) -> str | None:
    return connection.execute(
        select(source_cursor.c.cursor).where(source_cursor.c.source == source)
    ).scalar_one_or_none()
