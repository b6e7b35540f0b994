"""Which writes are one change, and which changes one session."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from drift.model.event import ChangeEvent, Effect, Outcome
from drift.model.resource import Resource
from drift.model.verdict import ActorKind, Channel
from drift.stages.group import _ids, group, group_all, regroup
from drift.store.changes import ChangeRow, changes
from drift.store.database import Database
from drift.store.writes import add_write, amend_write
from tests.builders import (
    ACCOUNT,
    NOON,
    SECURITY_GROUP,
    a_classification,
    a_write,
    an_actor,
    an_event,
    minutes,
)

BUCKET = Resource(type="aws_s3_bucket", id="example-logs")


def test_writes_less_than_fifteen_minutes_apart_are_one_change(database: Database) -> None:
    happened(database, at(0), at(14 + 59 / 60))

    assert [len(row.change.writes) for row in kept(database)] == [2]


def test_writes_fifteen_minutes_apart_are_two_changes_in_two_sessions(database: Database) -> None:
    happened(database, at(0), at(15))

    assert [len(row.change.writes) for row in kept(database)] == [1, 1]
    assert len(sessions(database)) == 2


def test_each_write_prolongs_its_change(database: Database) -> None:
    happened(database, at(0), at(14), at(28), at(42))

    [row] = kept(database)
    assert (row.change.began_at, row.change.ended_at) == (NOON, NOON + minutes(42))


@pytest.mark.parametrize("order", list(itertools.permutations([0, 10, 20])))
def test_writes_in_any_order_are_one_change_unless_they_bridge_two(
    database: Database, order: tuple[int, ...]
) -> None:
    """
    Where the write between two others comes last, these were begun as two; nothing is lost.
    """
    happened(database, *(at(minute) for minute in order))

    expected = [2, 1] if order[2] == 10 else [3]
    assert [len(row.change.writes) for row in kept(database)] == expected
    assert len(sessions(database)) == len(expected)


def test_a_late_write_joins_the_nearer_of_two_changes(database: Database) -> None:
    happened(database, at(0), at(25), at(14))

    assert [len(row.change.writes) for row in kept(database)] == [1, 2]


def test_a_change_never_leaves_its_session(database: Database) -> None:
    """
    The late write belongs to the earlier session, so it cannot join the bucket's change of the later one.
    """
    happened(database, at(0), at(25, resource=BUCKET), at(12, resource=BUCKET))

    found = [(row.change.resource, row.change.began_at, row.change.session_id) for row in kept(database)]

    first, second, third = found
    assert (first[0], second[0], third[0]) == (SECURITY_GROUP, BUCKET, BUCKET)
    assert first[2] == second[2] != third[2]


def test_another_resource_is_another_change_of_the_same_session(database: Database) -> None:
    happened(database, at(0), at(1, resource=BUCKET))

    assert [row.change.resource for row in kept(database)] == [SECURITY_GROUP, BUCKET]
    assert len(sessions(database)) == 1


def test_a_resource_that_rests_while_the_session_goes_on_has_two_changes_in_it(database: Database) -> None:
    happened(database, at(0), at(10, resource=BUCKET), at(20))

    assert [row.change.resource for row in kept(database)] == [SECURITY_GROUP, BUCKET, SECURITY_GROUP]
    assert len(sessions(database)) == 1


def test_two_people_never_share_a_change(database: Database) -> None:
    happened(database, at(0), at(1), by="alice@example.com")
    happened(database, at(1), by="bob@example.com")

    assert [row.change.actor.name for row in kept(database)] == ["alice@example.com", "bob@example.com"]
    assert len(sessions(database)) == 2


def test_a_machine_that_is_called_like_a_person_is_not_that_person(database: Database) -> None:
    happened(database, at(0), by="deploy")
    happened(database, at(0), by="deploy", kind=ActorKind.MACHINE)

    assert len(sessions(database)) == 2


def test_two_runs_of_one_pipeline_never_share_a_change(database: Database) -> None:
    """
    Each has a review of its own.
    """
    with database.transaction() as connection:
        for run_id in ("1", "2"):
            run = a_classification(channel=Channel.PIPELINE, run_id=run_id)
            write = a_write(an_event(event_id=run_id), an_actor("deploy", kind=ActorKind.MACHINE), run)
            add_write(connection, write, 0)
            group(connection, write)

    assert len(sessions(database)) == 2


@pytest.mark.parametrize("account", ["444455556666", None])
def test_two_accounts_never_share_a_change(database: Database, account: str | None) -> None:
    happened(database, at(0), at(0, account=account))

    assert len(sessions(database)) == 2


def test_a_call_that_touched_two_resources_belongs_to_both_changes(database: Database) -> None:
    happened(database, structs.replace(at(0), resources=(SECURITY_GROUP, BUCKET, BUCKET)))

    found = kept(database)
    assert {row.change.resource for row in found} == {SECURITY_GROUP, BUCKET}
    assert [len(row.change.writes) for row in found] == [1, 1]
    assert found[0].change.writes == found[1].change.writes


def test_a_call_that_no_row_maps_to_a_resource_is_a_change_all_the_same(database: Database) -> None:
    happened(database, an_event(resources=(), service="quantum", action="Entangle"))

    [row] = kept(database)
    assert row.change.resource == Resource(type=None, id="quantum:Entangle")


def test_a_run_that_is_repeated_after_a_crash_gives_the_same_ids(database: Database) -> None:
    ids = []
    for _ in range(2):
        with suppress(InterruptedError), database.transaction() as connection:
            add_write(connection, a_write(at(0)), 0)
            group(connection, a_write(at(0)))
            ids += [row.change.change_id for row in changes(connection)]
            raise InterruptedError

    assert len(ids) == 2
    assert ids[0] == ids[1]
    assert ids[0].startswith("chg-20261116T120000-")


def test_names_that_were_found_to_share_a_short_hash_do_not_share_a_change(database: Database) -> None:
    """
    It takes a second to find two, and one would hide behind the other's ticket.
    """
    one, other = two_names_with_the_same_short_id()

    happened(database, at(0, resource=one), at(0, resource=other))

    found = kept(database)
    assert [len(row.change.writes) for row in found] == [1, 1]
    assert {row.change.resource for row in found} == {one, other}
    assert found[0].change.change_id[:28] == found[1].change.change_id[:28]


def test_names_chosen_by_an_attacker_are_grouped_like_any_other(database: Database) -> None:
    for name in ("nul \0", "half \ud83d", "x" * 100_000, "'; --", "a\x1fb"):
        happened(database, at(0, resource=Resource(type=name, id=name)), by=name)
        happened(database, at(1, resource=Resource(type=name, id=name)), by=name)

    assert [len(row.change.writes) for row in kept(database)] == [2] * 5
    assert len(sessions(database)) == 5


def test_an_amended_write_that_stays_where_it_is_has_its_change_judged_again(database: Database) -> None:
    happened(database, at(0))
    [before] = kept(database)

    amended(database, at(0))

    [after] = kept(database)
    assert after.change.revision > before.change.revision
    assert (after.change.writes, after.change.withdrawn) == (before.change.writes, None)


def test_an_amended_write_moves_to_the_changes_of_what_it_touched(database: Database) -> None:
    happened(database, at(0), at(3))

    amended(database, structs.replace(at(0), resources=(BUCKET,)))

    group_change, bucket = sorted(kept(database), key=lambda row: row.change.resource == BUCKET)
    assert [len(row.change.writes) for row in (group_change, bucket)] == [1, 1]
    assert group_change.change.began_at == NOON + minutes(3)
    assert (group_change.change.withdrawn, bucket.change.withdrawn) == (None, None)


def test_a_write_that_belongs_nowhere_any_more_leaves_a_withdrawn_change(database: Database) -> None:
    happened(database, at(0))

    amended(database, structs.replace(at(0), outcome=Outcome.FAILURE, effect=Effect.FAILED), belongs=False)

    [row] = kept(database)
    assert (row.change.withdrawn, len(row.change.writes)) == ("the call failed after all", 1)


def test_a_withdrawn_change_that_a_write_joins_is_one_again(database: Database) -> None:
    happened(database, at(0))
    amended(database, at(0), belongs=False)

    happened(database, at(1))

    [row] = kept(database)
    assert (row.change.withdrawn, row.change.began_at) == (None, NOON + minutes(1))


def test_a_write_without_a_time_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="without a time"), database.transaction() as connection:
        group(connection, a_write(an_event(at=None)))


@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.sampled_from([SECURITY_GROUP, BUCKET]), st.sampled_from("ab")),
        max_size=12,
    )
)
def test_writes_that_are_grouped_at_once_are_grouped_as_one_after_the_other(
    sqlite_template: Path, wrote: list[tuple[int, Resource, str]]
) -> None:
    writes = [
        a_write(structs.replace(at(minute, resource=resource), event_id=f"e-{number}"), an_actor(by))
        for number, (minute, resource, by) in enumerate(wrote)
    ]
    with databases(sqlite_template) as (at_once, one_by_one):
        with at_once.transaction() as connection:
            for write in writes:
                add_write(connection, write, 0)
            group_all(connection, writes)
        for write in writes:
            with one_by_one.transaction() as connection:
                add_write(connection, write, 0)
                group(connection, write)

        assert kept(at_once) == kept(one_by_one)


@contextmanager
def databases(template: Path) -> Iterator[tuple[Database, Database]]:
    with TemporaryDirectory() as folder:
        copies = [shutil.copyfile(template, Path(folder) / name) for name in ("one", "other")]
        one, other = (Database(f"sqlite:///{path}") for path in copies)
        yield one, other
        one.close()
        other.close()


def at(minute: float, *, resource: Resource = SECURITY_GROUP, account: str | None = ACCOUNT) -> ChangeEvent:
    """A write to a resource, so many minutes after noon."""
    return an_event(
        event_id=ascii(f"{resource.id} {minute}"),
        at=NOON + minutes(minute),
        account=account,
        resources=(resource,),
    )


def happened(
    database: Database,
    *events: ChangeEvent,
    by: str = "alice@example.com",
    kind: ActorKind = ActorKind.HUMAN,
) -> None:
    with database.transaction() as connection:
        for event in events:
            own = structs.replace(event, event_id=f"{by} {kind} {event.call.account} {event.event_id}")
            write = a_write(own, an_actor(by, kind=kind))
            add_write(connection, write, 0)
            group(connection, write)


def amended(database: Database, event: ChangeEvent, *, belongs: bool = True) -> None:
    """Let a write that happened stand differently."""
    by, kind = "alice@example.com", ActorKind.HUMAN
    own = structs.replace(event, event_id=f"{by} {kind} {event.call.account} {event.event_id}")
    write = a_write(own, an_actor(by, kind=kind))
    with database.transaction() as connection:
        amend_write(connection, write, 1)
        regroup(connection, write, belongs=belongs)


def kept(database: Database) -> list[ChangeRow]:
    with database.reading() as connection:
        return list(changes(connection))


def sessions(database: Database) -> set[str]:
    return {row.change.session_id for row in kept(database)}


def two_names_with_the_same_short_id() -> tuple[Resource, Resource]:
    session_id = next(_ids("ses", NOON, "human:alice@example.com", ACCOUNT))
    seen: dict[str, Resource] = {}
    for number in itertools.count():
        bucket = Resource(type="aws_s3_bucket", id=f"example-{number}")
        short = next(_ids("chg", NOON, session_id, "aws_s3_bucket", bucket.id))
        if short in seen:
            return seen[short], bucket
        seen[short] = bucket
    raise AssertionError
