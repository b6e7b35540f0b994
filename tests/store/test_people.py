"""Whom directories named stays known, on each database."""

from datetime import timedelta

from drift.model.person import Person
from drift.store.database import Database
from drift.store.people import directory_row, forget_other_directories, keep_people, people_kept
from tests.builders import NOON

DAY = timedelta(days=1)
ALICE, BOB = Person(name="alice@example.com", names=("alice",)), Person(name="Bob@example.com")


def test_a_reading_replaces_what_was_known_of_somebody_and_forgets_nobody_too_early(
    database: Database,
) -> None:
    renamed = Person(name="ALICE@example.com", names=("alice-2",))
    with database.transaction() as connection:
        keep_people(connection, "idp", [ALICE, BOB], NOON, NOON - DAY)
        keep_people(connection, "idp", [renamed], NOON + DAY, NOON)
        both = people_kept(connection, ["idp"])
        keep_people(connection, "idp", [renamed], NOON + 2 * DAY, NOON + DAY)
        row = directory_row(connection, "idp")

        assert list(both) == [renamed, BOB]
        assert list(people_kept(connection, ["idp"])) == [renamed]
        assert (row.people, row.read_at) == (1, NOON + 2 * DAY)


def test_what_other_directories_told_is_forgotten_and_nothing_else(database: Database) -> None:
    with database.transaction() as connection:
        keep_people(connection, "idp", [ALICE], NOON, NOON - DAY)
        keep_people(connection, "chat", [BOB], NOON, NOON - DAY)

        forget_other_directories(connection, ["chat"])

        assert list(people_kept(connection, ["idp", "chat"])) == [BOB]
        assert directory_row(connection, "idp").read_at is None
        assert directory_row(connection, "chat").read_at == NOON


def test_thousands_are_kept_at_once(database: Database) -> None:
    many = [Person(name=f"person{number}@example.com") for number in range(1_201)]
    with database.transaction() as connection:
        keep_people(connection, "idp", many, NOON, NOON - DAY)

        assert directory_row(connection, "idp").people == len(many)
