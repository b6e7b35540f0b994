"""Several records that tell of one call are one write, in whatever order and however often they come."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import patch

import pytest
from msgspec import structs
from sqlalchemy import Connection

from drift.model.event import ChangeEvent, Effect, Phase
from drift.model.evidence import EntryKind
from drift.model.resource import Resource
from drift.model.verdict import Channel, Disposition, Tool
from drift.store.database import Database
from drift.store.migrate import migrate
from tests.builders import NOON, an_event, minutes
from tests.scenarios.cloud import Watch, a_beginning, a_detail, an_end, as_phase

BUCKET = Resource(type="aws_s3_bucket", id="example-logs")

BEGUN = a_beginning(request={"size": 3})
ENDED = an_end(BEGUN, event_id="end", at=NOON + minutes(2))
FAILED = an_end(BEGUN, event_id="end", at=NOON + minutes(2), error="QuotaExceeded")


@pytest.fixture
def watch(database: Database) -> Watch:
    return Watch(database=database)


def test_an_operation_is_one_write_with_the_program_of_its_beginning(watch: Watch) -> None:
    watch.told(BEGUN, ENDED, minute=3)

    [write] = watch.change().change.writes
    assert (write.event.event_id, write.event.occurred_at) == ("begin", NOON)
    assert (write.classification.tool, write.classification.channel) == (Tool.CONSOLE, Channel.CONSOLE)
    assert (write.event.request, write.event.summary) == (
        {"size": 3},
        "called AuthorizeSecurityGroupIngress",
    )
    assert watch.counts() == {"change": 1, "part": 1}
    assert watch.hashes_in_evidence() == watch.hashes_delivered()


def test_an_operation_that_failed_is_an_attempt(watch: Watch) -> None:
    watch.told(BEGUN, FAILED, minute=3)

    assert watch.changes() == []
    assert watch.counts() == {"attempt": 1, "part": 1}
    assert watch.headlines() == []


def test_a_beginning_waits_for_its_end_across_cycles(watch: Watch) -> None:
    watch.told(BEGUN, minute=1)
    assert (watch.changes(), watch.counts()) == ([], {"part": 1})

    watch.told(ENDED, minute=3)
    assert len(watch.change().change.writes) == 1
    assert watch.counts() == {"change": 1, "part": 1}


def test_an_end_that_comes_first_waits_for_its_beginning(watch: Watch) -> None:
    watch.told(ENDED, minute=3)
    assert watch.changes() == []

    watch.told(BEGUN, minute=4)
    [write] = watch.change().change.writes
    assert (write.event.event_id, write.classification.tool) == ("begin", Tool.CONSOLE)


def test_an_operation_without_an_end_is_told_as_in_progress_after_a_quarter_of_an_hour(watch: Watch) -> None:
    watch.told(BEGUN, minute=1)
    watch.cycle(14.9)
    assert watch.headlines() == []

    watch.cycle(15)
    [headline] = watch.headlines()
    assert "called AuthorizeSecurityGroupIngress (in progress)" in headline
    assert watch.counts() == {"change": 1}


def test_the_end_of_what_was_told_as_in_progress_edits_the_message_and_adds_nothing(watch: Watch) -> None:
    watch.told(BEGUN, minute=16)

    watch.told(ENDED, minute=17)

    [headline] = watch.headlines()
    assert "in progress" not in headline
    assert len(watch.change().change.writes) == 1
    assert watch.counts() == {"change": 1, "part": 1}
    [observed], [amended] = watch.ledger(EntryKind.OBSERVATION), watch.ledger(EntryKind.AMENDMENT)
    assert amended.ref == observed.ref == "aws:begin"
    assert json.loads(amended.leaf)["links"] == [observed.seq]
    assert json.loads(amended.body or b"")["why"] == "completed"
    assert watch.hashes_in_evidence() == watch.hashes_delivered()


def test_what_failed_after_it_was_told_is_withdrawn_and_the_message_says_so(watch: Watch) -> None:
    watch.told(BEGUN, minute=16)
    assert watch.change().judgement is not None

    watch.told(FAILED, minute=17)

    row = watch.change()
    assert row.judgement is not None
    assert row.judgement.decision.disposition is Disposition.EXPLAINED
    assert row.judgement.decision.reasons == ("withdrawn: the call failed after all",)
    assert not row.judgement.decision.alert
    [headline] = watch.headlines()
    assert headline.endswith("Nothing to do: it is settled.")
    [*_, disposition] = watch.ledger(EntryKind.DISPOSITION)
    [amended] = watch.ledger(EntryKind.AMENDMENT)
    assert json.loads(disposition.leaf)["links"] == [amended.seq]


def test_a_change_loses_only_the_write_that_failed(watch: Watch) -> None:
    other = an_event(event_id="other", at=NOON + minutes(5), principal=BEGUN.call.principal)
    watch.told(BEGUN, other, minute=16)
    assert len(watch.change().change.writes) == 2

    watch.told(FAILED, minute=17)

    change = watch.change().change
    assert [write.event.event_id for write in change.writes] == ["other"]
    assert (change.withdrawn, change.began_at) == (None, NOON + minutes(5))
    assert watch.changes()[0].judgement is not None


def test_an_end_whose_beginning_never_comes_accuses_nobody_of_an_unknown_program(watch: Watch) -> None:
    watch.told(ENDED, minute=3)
    watch.cycle(17)

    [write] = watch.change().change.writes
    assert write.classification.channel is Channel.UNKNOWN
    assert not write.is_in_progress
    assert watch.counts() == {"change": 1}


def test_an_end_that_names_its_caller_is_judged_at_once_and_takes_in_a_late_beginning(watch: Watch) -> None:
    """
    Azure says who it was in every record.
    """
    whole = as_phase(structs.replace(BEGUN, request=None), Phase.END, event_id="end", at=NOON + minutes(2))
    watch.told(whole, minute=3)
    assert len(watch.change().change.writes) == 1

    watch.told(BEGUN, minute=4)

    [write] = watch.change().change.writes
    assert write.event.key == "aws:end", "evidence names it so"
    assert (write.event.occurred_at, write.event.request) == (NOON, {"size": 3})
    assert watch.counts() == {"change": 1, "part": 1}
    assert watch.hashes_in_evidence() == watch.hashes_delivered()


STARTED = a_beginning("started", request={"size": 3})
ACCEPTED = as_phase(
    structs.replace(STARTED, request=None), Phase.PROGRESS, event_id="accepted", at=NOON + minutes(1)
)
SUCCEEDED = as_phase(
    structs.replace(STARTED, request=None), Phase.END, event_id="succeeded", at=NOON + minutes(2)
)
DETAIL = a_detail(STARTED, at=NOON + minutes(2), tool=Tool.CLI)


@pytest.mark.parametrize("one_by_one", [False, True])
@pytest.mark.parametrize("order", list(itertools.permutations([STARTED, ACCEPTED, SUCCEEDED, DETAIL])))
def test_the_records_of_one_operation_are_one_write_in_any_order(
    sqlite_database: Database, order: tuple[ChangeEvent, ...], one_by_one: bool
) -> None:
    watch = Watch(database=sqlite_database)

    for event in order:
        watch.deliver(event)
        if one_by_one:
            watch.cycle(3)
    watch.cycle(20)

    [write] = watch.change().change.writes
    assert (write.event.occurred_at, write.event.request) == (NOON, {"size": 3})
    assert (write.classification.tool, write.is_in_progress) == (Tool.CLI, False)
    assert len(write.records) == 4
    assert watch.counts() == {"change": 1, "part": 3}
    assert watch.hashes_in_evidence() == watch.hashes_delivered()


def test_what_is_delivered_twice_changes_nothing_at_any_stage(watch: Watch) -> None:
    for minute, event in ((1, BEGUN), (3, ENDED), (20, DETAIL)):
        watch.told(event, minute=minute)
        entries = len(watch.ledger(*EntryKind))

        watch.told(event, minute=minute)

        grown = watch.ledger(*EntryKind)[entries:]
        assert {entry.kind for entry in grown} <= {EntryKind.COVERAGE, EntryKind.TALLY}
    assert watch.counts() == {"change": 1, "part": 2, "duplicate": 3}


def test_what_another_source_says_of_the_program_comes_before_the_record(watch: Watch) -> None:
    """
    Azure's log has no user agent: Terraform on a laptop looks like the command line.
    """
    watch.told(STARTED, SUCCEEDED, minute=3)
    assert watch.change().change.last.classification.channel is Channel.CONSOLE

    watch.told(DETAIL, minute=4)

    assert watch.change().change.last.classification.channel is Channel.MANUAL
    assert watch.counts() == {"change": 1, "part": 2}


def test_a_change_that_only_another_source_tells_of_is_a_write_of_its_own(watch: Watch) -> None:
    watch.told(DETAIL, minute=3)
    assert watch.changes() == []

    watch.cycle(17)

    [write] = watch.change().change.writes
    assert (write.event.event_id, write.is_in_progress) == ("detail", False)


def test_a_later_call_under_the_name_of_an_operation_that_ended_is_a_write_of_its_own(watch: Watch) -> None:
    """
    All calls of one apply of Terraform may bear one correlation id, and two of them do the same.
    """
    again = a_beginning("again", at=NOON + minutes(4))
    again_ended = an_end(again, event_id="again-end", at=NOON + minutes(5), error="QuotaExceeded")

    watch.told(BEGUN, ENDED, again, again_ended, minute=6)

    assert [write.event.event_id for write in watch.change().change.writes] == ["begin"]
    assert watch.counts() == {"change": 1, "attempt": 1, "part": 2}


TWICE = tuple(
    structs.replace(event, operation=structs.replace(event.operation, id=id_))
    for id_, minute in (("1", 0), ("2", 1))
    for begun in [a_beginning(f"begin {id_}", at=NOON + minutes(minute), request={"size": int(id_)})]
    for event in (
        begun,
        as_phase(
            structs.replace(begun, request=None),
            Phase.END,
            event_id=f"end {id_}",
            at=NOON + minutes(2 + minute),
        ),
    )
    if event.operation
)
"""An apply does the same thing twice at once: under one name, with the ids of two operations."""


@pytest.mark.parametrize("one_by_one", [False, True])
@pytest.mark.parametrize("order", list(itertools.permutations(TWICE)))
def test_two_operations_of_one_name_that_overlap_are_two_writes_in_any_order(
    sqlite_database: Database, order: tuple[ChangeEvent, ...], one_by_one: bool
) -> None:
    watch = Watch(database=sqlite_database)

    for event in order:
        watch.deliver(event)
        if one_by_one:
            watch.cycle(4)
    watch.cycle(20)

    writes = watch.change().change.writes
    assert [(write.event.occurred_at, write.event.request, write.is_in_progress) for write in writes] == [
        (NOON, {"size": 1}, False),
        (NOON + minutes(1), {"size": 2}, False),
    ]
    assert [len(write.records) for write in writes] == [2, 2]
    assert watch.counts() == {"change": 2, "part": 2}


def test_a_beginning_and_an_end_that_bear_different_ids_are_one_write_when_the_wait_is_over(
    watch: Watch,
) -> None:
    begun, _, _, ended = TWICE

    watch.told(begun, ended, minute=4)
    watch.cycle(20)

    [write] = watch.change().change.writes
    assert (write.event.request, len(write.records), write.is_in_progress) == ({"size": 1}, 2, False)


def test_two_operations_do_not_share_their_records(watch: Watch) -> None:
    other = a_beginning("other", operation="op-2", at=NOON + minutes(1))

    watch.told(BEGUN, other, ENDED, minute=3)

    assert [write.event.event_id for row in watch.changes() for write in row.change.writes] == ["begin"]


def test_a_read_that_takes_long_is_counted_and_waits_for_nothing(watch: Watch) -> None:
    watch.told(a_beginning(effect=Effect.READ), minute=1)

    assert watch.counts() == {"read": 1}


def test_a_clock_that_is_wrong_keeps_no_record_waiting(watch: Watch) -> None:
    """
    The cloud's time lies far in the future: the wait is reckoned from when it was read.
    """
    watch.told(a_beginning(at=NOON + minutes(60 * 24 * 365)), minute=0)

    watch.cycle(15)

    assert len(watch.changes()) == 1


def test_secrets_of_a_record_that_waits_are_cut_out(watch: Watch) -> None:
    watch.told(a_beginning(request={"password": "hunter2-correct"}), minute=1)

    with watch.database.reading() as connection:
        held = connection.exec_driver_sql("SELECT body FROM held_record").scalar_one()
    assert b"hunter2" not in bytes(held)

    watch.told(ENDED, minute=2)
    [write] = watch.change().change.writes
    assert write.event.redacted == ("password",)


SECOND = a_beginning("second", operation="op-2", at=NOON + minutes(1), resources=(BUCKET,))
SECOND_FAILED = an_end(SECOND, event_id="second-end", at=NOON + minutes(16), error="Denied")

STORY = ((1, (BEGUN,)), (2, (SECOND, DETAIL)), (16, (ENDED,)), (17, (SECOND_FAILED,)))


@pytest.mark.parametrize("commit", range(1, 9))
def test_a_run_that_dies_before_any_commit_ends_like_an_undisturbed_one(tmp_path: Path, commit: int) -> None:
    whole, disturbed = a_watch(tmp_path / "whole"), a_watch(tmp_path / "disturbed")
    for minute, events in STORY:
        whole.told(*events, minute=minute)

    for minute, events in STORY:
        disturbed.deliver(*events)
        with suppress(InterruptedError), dying(disturbed.database, commit):
            disturbed.cycle(minute)
        disturbed.cycle(minute)

    assert what_is_left(disturbed) == what_is_left(whole)
    assert len(whole.changes()) == 2


def a_watch(path: Path) -> Watch:
    database = Database(f"sqlite:///{path}.sqlite3")
    migrate(database)
    return Watch(database=database)


@contextmanager
def dying(database: Database, commit: int) -> Iterator[None]:
    """Let the program die before it commits for the so many-th time."""
    left, transaction = iter(range(1, commit)), database.transaction

    @contextmanager
    def deadly() -> Iterator[Connection]:
        with transaction() as connection:
            yield connection
            if next(left, None) is None:
                raise InterruptedError

    with patch.object(database, "transaction", deadly):
        yield


def what_is_left(watch: Watch) -> tuple[object, ...]:
    entries = [(entry.kind, entry.ref, entry.body) for entry in watch.ledger(*EntryKind)]
    return watch.changes(), entries, watch.counts(), watch.headlines()
