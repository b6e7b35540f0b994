"""Rows that are inserted with the last statement of a transaction."""

from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from drift.store.database import Database
from drift.store.late import MOST, in_time
from drift.store.schema import declared
from drift.store.upsert import insert_new_late, insert_or_replace_late

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def declare(connection: Connection, address: str, type_: str = "aws_instance") -> None:
    insert_new_late(connection, declared, {"baseline": "network", "address": address, "type": type_})


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(declared)).scalar_one()


def test_late_rows_are_there_once_the_transaction_is_kept(database: Database) -> None:
    with database.transaction() as connection:
        declare(connection, "aws_instance.web")
        assert count(connection) == 0

    with database.reading() as connection:
        assert count(connection) == 1


def test_late_rows_are_there_for_whoever_asks_for_them_in_time(database: Database) -> None:
    with database.transaction() as connection:
        declare(connection, "aws_instance.web")
        assert count(in_time(connection)) == 1
        declare(connection, "aws_instance.api")
        assert count(in_time(connection)) == 2

    with database.reading() as connection:
        assert count(connection) == 2


def test_late_rows_of_a_transaction_that_fails_are_gone_with_it(database: Database) -> None:
    with suppress(ZeroDivisionError), database.transaction() as connection:
        declare(connection, "aws_instance.web")
        raise ZeroDivisionError
    with database.transaction() as connection:
        declare(connection, "aws_instance.api")

    with database.reading() as connection:
        assert connection.execute(select(declared.c.address)).scalars().all() == ["aws_instance.api"]


def test_a_late_row_leaves_an_earlier_one_or_takes_its_place_as_it_says(database: Database) -> None:
    key = {"baseline": "network", "address": "aws_instance.web"}
    with database.transaction() as connection:
        declare(connection, "aws_instance.web", "first")
        declare(connection, "aws_instance.web", "second")
    with database.reading() as connection:
        assert connection.execute(select(declared.c.type)).scalar_one() == "first"

    with database.transaction() as connection:
        insert_or_replace_late(connection, declared, {**key, "type": "third"}, ("type",))
    with database.reading() as connection:
        assert connection.execute(select(declared.c.type)).scalar_one() == "third"


def test_no_more_than_some_late_rows_are_held(database: Database) -> None:
    with database.transaction() as connection:
        for number in range(MOST + 1):
            declare(connection, f"aws_instance.web[{number}]")
        assert count(connection) == MOST


def test_a_connection_that_is_in_no_transaction_of_the_store_holds_nothing(database: Database) -> None:
    with database.engine.begin() as connection:
        declare(connection, "aws_instance.web")
        assert count(connection) == 1
