"""Somebody who made none of them reads some of the changes that were drawn of a month."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.errors import UsageError
from drift.ledger.log import append
from drift.ledger.verify import verify_pack
from drift.model.action import Doer, Origin
from drift.model.evidence import EntryKind
from drift.model.person import People, Person
from drift.model.self_sample import ReadResult, SelfSample
from drift.read_checks import READ, WITHIN, Readers, take_read, with_reader
from drift.reports.month import Month
from drift.reports.read_checks import ReadStanding
from drift.reports.self_sample import draw_sample, last_read_sample
from drift.store.database import Database
from tests.builders import NOON, a_judgement, minutes
from tests.reports.packs import a_pack
from tests.reports.test_pack import table_of
from tests.world import KEY, World

DRAWN_AT = datetime(2026, 12, 2, 6, tzinfo=UTC)
DUE_AT = DRAWN_AT + WITHIN
PEOPLE = People.known([Person(name="alice@example.com", names=("alice-gh",))])


@pytest.fixture
def world(sqlite_database: Database) -> World:
    """A month of nine changes by Alice."""
    world = World(database=sqlite_database)
    for number in range(9):
        world.happened(at=NOON + minutes(20 * number), judged=a_judgement())
    world.sealed(at=DRAWN_AT)
    return world


def drawn(world: World, *names: str) -> SelfSample:
    """Draw the month, and have one of these read it."""
    with world.database.transaction() as connection:
        sample = draw_sample(connection, Month(year=2026, number=11))
        assert sample is not None
        found = with_reader(connection, sample, Readers(names=names, people=PEOPLE), DRAWN_AT)
        append(connection, kind=EntryKind.SELF_SAMPLE, ref="2026-11", body=found, recorded_at=DRAWN_AT)
    return found


def read(
    world: World, change_id: str, *, by: str = "erin@example.com", result: ReadResult = ReadResult.AS_RECORDED
) -> None:
    doer = Doer(name=by, origin=Origin.CLI)
    with world.database.transaction() as connection:
        take_read(connection, change_id, result, "I looked", by=doer, people=PEOPLE, now=DRAWN_AT)


def standing(world: World, at: datetime) -> ReadStanding:
    with world.database.reading() as connection:
        found = last_read_sample(connection)
    assert found is not None
    return found.standing(at)


def test_the_reader_is_nobody_who_made_any_of_them_under_whatever_name(world: World) -> None:
    sample = drawn(world, "alice-gh", "Alice@example.com", "erin@example.com")

    assert (sample.reader, sample.due_at) == ("erin@example.com", DRAWN_AT + timedelta(days=10))
    assert len(sample.to_read) == READ
    assert set(sample.to_read) < {one.change_id for one in sample.drawn}


def test_the_seed_decides_who_reads_and_the_order_of_names_does_not(world: World) -> None:
    names = ("erin@example.com", "frank@example.com", "grace@example.com")

    assert drawn(world, *names).reader == drawn(world, *reversed(names)).reader


def test_who_approved_some_of_them_reads_only_where_nobody_else_can(sqlite_database: Database) -> None:
    world, judged = World(database=sqlite_database), a_judgement()
    approved = replace(judged, match=replace(judged.match, approver="erin@example.com"))
    world.happened(by="bob@example.com", judged=approved)
    world.sealed(at=DRAWN_AT)

    assert drawn(world, "erin@example.com", "frank@example.com").reader == "frank@example.com"
    assert drawn(world, "erin@example.com").reader == "erin@example.com"


def test_where_everybody_made_some_of_them_nobody_reads_and_that_is_said(world: World) -> None:
    sample = drawn(world, "alice-gh")

    assert (sample.reader, len(sample.to_read)) == (None, READ)
    assert standing(world, DRAWN_AT) is ReadStanding.NOBODY


def test_it_is_done_once_each_was_read_and_overdue_if_that_is_too_late(world: World) -> None:
    sample = drawn(world, "erin@example.com")
    for change_id in sample.to_read[1:]:
        read(world, change_id)

    assert standing(world, DUE_AT) is ReadStanding.OPEN
    assert standing(world, DUE_AT + minutes(1)) is ReadStanding.OVERDUE

    read(world, sample.to_read[0])
    assert standing(world, DUE_AT + minutes(1)) is ReadStanding.DONE


def test_who_made_a_change_does_not_read_it(world: World) -> None:
    sample = drawn(world, "erin@example.com")

    with pytest.raises(UsageError, match="alice-gh made chg-"):
        read(world, sample.to_read[0], by="alice-gh")


def test_only_what_is_to_be_read_is_taken_in(world: World) -> None:
    sample = drawn(world, "erin@example.com")
    other = next(one.change_id for one in sample.drawn if one.change_id not in sample.to_read)

    for wrong in (other, "", "chg-", "nothing"):
        with pytest.raises(UsageError, match="is none of the changes of 2026-11 that are to be read"):
            read(world, wrong)


def test_before_the_first_sample_there_is_nothing_to_read(world: World) -> None:
    with pytest.raises(UsageError, match="no sample was drawn yet"):
        read(world, "chg-1")


def test_the_pack_lists_samples_and_reads_and_what_is_overdue(world: World, tmp_path: Path) -> None:
    sample = drawn(world, "erin@example.com")
    read(world, sample.to_read[0], result=ReadResult.OTHERWISE)
    world.sealed(at=DUE_AT + minutes(1))

    a_pack(world.database, tmp_path / "pack", key=KEY)

    [month] = table_of(tmp_path / "pack/03_sample/self_samples.csv")
    [seen] = table_of(tmp_path / "pack/03_sample/self_sample_reads.csv")
    assert (month["month"], month["reader"], month["standing"]) == ("2026-11", "erin@example.com", "overdue")
    assert (month["drawn"], month["read"], month["otherwise"]) == ("9", "1", "1")
    assert (seen["change_id"], seen["result"]) == (sample.to_read[0], "otherwise")
    assert (seen["by"], seen["notes"]) == ("erin@example.com", "I looked")
    assert verify_pack(str(tmp_path / "pack")).all_problems == []
