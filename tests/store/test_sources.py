"""How far each source was read."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest

from drift.errors import StoreError
from drift.ports import Delivery
from drift.store.database import Database
from drift.store.sources import cursor_of, forget_settled, move_to, position_in
from tests.builders import NOON

DAY = timedelta(days=1)


def a_delivery(name: str = "trail/1.json", version: str = "1", cursor: str = "after-1") -> Delivery:
    """A file of the trail."""
    return Delivery(name=name, version=version, cursor=cursor, open=BytesIO)


def test_a_source_that_was_never_read_has_no_cursor(database: Database) -> None:
    with database.reading() as connection:
        assert cursor_of(connection, "trail") is None
        assert position_in(connection, "trail", a_delivery()) == 0


def test_a_delivery_that_was_read_in_part_is_read_on_from_there(database: Database) -> None:
    with database.transaction() as connection:
        move_to(connection, "trail", a_delivery(), 500, begun=0, is_complete=False)

        assert position_in(connection, "trail", a_delivery()) == 500
        assert cursor_of(connection, "trail") is None


def test_a_delivery_that_was_read_whole_moves_the_cursor_and_is_not_read_again(database: Database) -> None:
    with database.transaction() as connection:
        move_to(connection, "trail", a_delivery(), 500, begun=0, is_complete=False)
        move_to(connection, "trail", a_delivery(), 700, begun=500, is_complete=True)

        assert position_in(connection, "trail", a_delivery()) is None
        assert cursor_of(connection, "trail") == "after-1"


def test_new_content_under_an_old_name_is_read(database: Database) -> None:
    with database.transaction() as connection:
        move_to(connection, "trail", a_delivery(), 5, begun=0, is_complete=True)

        assert position_in(connection, "trail", a_delivery(version="2")) == 0


def test_sources_do_not_share_their_cursors(database: Database) -> None:
    with database.transaction() as connection:
        move_to(connection, "trail", a_delivery(), 5, begun=0, is_complete=True)

        assert cursor_of(connection, "other") is None
        assert position_in(connection, "other", a_delivery()) == 0


@pytest.mark.parametrize("is_complete", [False, True])
def test_records_that_another_run_read_meanwhile_are_not_counted_twice(
    database: Database, is_complete: bool
) -> None:
    with database.transaction() as connection:
        move_to(connection, "trail", a_delivery(), 500, begun=0, is_complete=is_complete)

    with pytest.raises(StoreError, match="by another run"), database.transaction() as connection:
        move_to(connection, "trail", a_delivery(), 500, begun=0, is_complete=False)


def test_what_a_queue_dropped_long_ago_is_forgotten_and_what_may_be_listed_again_is_not(
    database: Database,
) -> None:
    message, later, listed, begun = (a_delivery(name) for name in ("message", "later", "listed", "begun"))
    with database.transaction() as connection:
        move_to(connection, "queue", message, 1, begun=0, is_complete=True, settled_at=NOON - DAY)
        move_to(connection, "queue", later, 1, begun=0, is_complete=True, settled_at=NOON)
        move_to(connection, "queue", listed, 1, begun=0, is_complete=True)
        move_to(connection, "queue", begun, 1, begun=0, is_complete=False)

        assert forget_settled(connection, NOON) == 1

        known = [position_in(connection, "queue", one) for one in (message, later, listed, begun)]
    assert known == [0, None, None, 1]


def test_only_what_is_told_to_be_settled_can_be_forgotten() -> None:
    assert not a_delivery().is_settled
    assert replace(a_delivery(), settle=lambda: None).is_settled
