"""Writes, the records that tell of them, and those that wait."""

from msgspec import structs

from drift.model.change import Earlier, Part
from drift.model.event import ChangeEvent, Operation, Phase, Source
from drift.store.changes import newest_write_at
from drift.store.database import Database
from drift.store.writes import add_write, amend_write, earlier, hold, is_known, overdue, release
from tests.builders import NOON, a_write, an_event, minutes

PART = Part(key="aws:e-2", source=Source(file="trail.json", index=1, sha256="0" * 64))


def test_a_write_is_known_once_it_is_kept(database: Database) -> None:
    with database.transaction() as connection:
        assert not is_known(connection, "aws:e-1")

        add_write(connection, a_write(an_event(event_id="e-1")), 0)

        assert is_known(connection, "aws:e-1")
        assert newest_write_at(connection) == NOON


def test_so_is_every_record_that_tells_of_it(database: Database) -> None:
    with database.transaction() as connection:
        add_write(connection, structs.replace(a_write(), parts=(PART,)), 0)

        assert earlier(connection, an_event(event_id="e-2")).is_repeated
        assert earlier(connection, an_event(event_id="e-3")) == Earlier()


def test_a_record_that_waits_is_known_too(database: Database) -> None:
    with database.transaction() as connection:
        hold(connection, "trail", a_part("begin"), NOON)

        assert earlier(connection, a_part("begin")).is_repeated


def test_records_of_one_operation_find_each_other(database: Database) -> None:
    with database.transaction() as connection:
        hold(connection, "trail", a_part("begin"), NOON)
        hold(connection, "trail", a_part("other", operation="op-2"), NOON)

        assert earlier(connection, a_part("end")).held == (a_part("begin"),)


def test_a_write_is_found_by_its_operation_its_correction_and_its_copies(database: Database) -> None:
    write = a_write(structs.replace(a_part("begin"), shared_id="shared-1"))
    with database.transaction() as connection:
        add_write(connection, write, 7)

        for event in (
            a_part("end"),
            structs.replace(an_event(event_id="correction"), corrects="begin"),
            structs.replace(an_event(event_id="copy"), shared_id="shared-1"),
        ):
            known = earlier(connection, event).write
            assert known is not None
            assert (known.write, known.ledger_seq) == (write, 7)


def test_an_amended_write_stands_as_it_is_then(database: Database) -> None:
    with database.transaction() as connection:
        add_write(connection, a_write(), 0)

        amended = structs.replace(a_write(an_event(action="Corrected")), parts=(PART,))
        amend_write(connection, amended, 4)

        known = earlier(connection, structs.replace(an_event(event_id="x"), corrects="e-2")).write
        assert known is not None
        assert (known.write, known.ledger_seq) == (amended, 4)


def test_what_waited_long_enough_is_taken_out_once_with_all_its_records(database: Database) -> None:
    with database.transaction() as connection:
        hold(connection, "trail", a_part("begin"), NOON)
        hold(connection, "other", a_part("detail"), NOON + minutes(5))
        hold(connection, "trail", a_part("young", operation="op-2"), NOON + minutes(1))

        [taken] = overdue(connection, NOON)

        assert [(one.source, one.event.event_id) for one in taken] == [
            ("trail", "begin"),
            ("other", "detail"),
        ]
        assert list(overdue(connection, NOON)) == []


def test_what_is_released_waits_no_longer(database: Database) -> None:
    with database.transaction() as connection:
        hold(connection, "trail", a_part("begin"), NOON)

        release(connection, an_event())
        assert is_known(connection, "aws:begin")
        release(connection, a_part("end"))
        assert not is_known(connection, "aws:begin")


def a_part(event_id: str, *, operation: str = "op-1") -> ChangeEvent:
    event = an_event(event_id=event_id)
    return structs.replace(event, operation=Operation(key=operation, phase=Phase.BEGIN))
