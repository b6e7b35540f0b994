"""Writes, the records that tell of them, and those that wait."""

from datetime import datetime

from msgspec import structs
from sqlalchemy import Connection

from drift.model.change import Earlier, Part
from drift.model.event import ChangeEvent, Operation, Phase, Source
from drift.store.changes import newest_write_at
from drift.store.database import Database
from drift.store.writes import (
    add_write,
    amend_write,
    earlier,
    earlier_of_overdue,
    hold,
    is_known,
    overdue,
    release,
)
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


def test_two_calls_under_one_name_are_told_apart_by_their_ids(database: Database) -> None:
    with database.transaction() as connection:
        hold(connection, "trail", a_part("begin 1", id_="1"), NOON)
        hold(connection, "trail", a_part("begin 2", id_="2"), NOON + minutes(5))
        hold(connection, "other", a_part("detail", id_=None), NOON + minutes(5))
        waiting = {id_: held_for(connection, a_part("end", id_=id_)) for id_ in ("1", "2", "3", None)}

        [taken] = overdue(connection, NOON)

        assert waiting == {
            "1": ["begin 1", "detail"],
            "2": ["begin 2"],
            "3": [],
            None: ["begin 1", "detail"],
        }
        assert [one.event.event_id for one in taken] == ["begin 1", "detail"]
        assert held_for(connection, a_part("end", id_="2")) == ["begin 2"]


def test_a_call_that_was_told_is_found_by_its_id_among_those_of_its_name(database: Database) -> None:
    with database.transaction() as connection:
        for id_, minute in (("1", 0), ("2", 1)):
            at = NOON + minutes(minute)
            add_write(connection, a_write(a_part(f"begin {id_}", id_=id_, at=at)), minute)

        found = {id_: write_of(connection, a_part("end", id_=id_)) for id_ in ("1", "2", "3", None)}

        assert found == {"1": "begin 1", "2": "begin 2", "3": None, None: "begin 2"}


def test_a_beginning_that_waited_in_vain_is_that_of_an_end_without_one(database: Database) -> None:
    """
    That all records of an operation bear one id is documented, and enforced by nothing.
    """
    ended = a_part("end", id_="2", phase=Phase.END)
    with database.transaction() as connection:
        add_write(connection, a_write(ended), 0)

        begun = a_part("begin", id_="1")
        assert earlier(connection, begun).write is None
        known = earlier_of_overdue(connection, begun).write
        assert known is not None
        assert known.write.event == ended


def test_what_is_released_waits_no_longer(database: Database) -> None:
    with database.transaction() as connection:
        for event_id in ("begin", "other"):
            hold(connection, "trail", a_part(event_id), NOON)

        release(connection, structs.replace(a_write(a_part("end")), parts=(part_of(a_part("begin")),)))

        assert [is_known(connection, f"aws:{event_id}") for event_id in ("begin", "other")] == [False, True]


def held_for(connection: Connection, event: ChangeEvent) -> list[str | None]:
    return [one.event_id for one in earlier(connection, event).held]


def write_of(connection: Connection, event: ChangeEvent) -> str | None:
    known = earlier(connection, event).write
    return known.write.event.event_id if known else None


def part_of(event: ChangeEvent) -> Part:
    return Part(key=event.key, source=event.source)


def a_part(
    event_id: str,
    *,
    operation: str = "op-1",
    id_: str | None = None,
    phase: Phase = Phase.BEGIN,
    at: datetime = NOON,
) -> ChangeEvent:
    event = an_event(event_id=event_id, at=at)
    return structs.replace(event, operation=Operation(key=operation, phase=phase, id=id_))
