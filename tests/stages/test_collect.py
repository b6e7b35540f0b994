"""Every record of a source is read exactly once, wherever reading breaks off."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from unittest.mock import patch

import pytest

from drift.clock import SystemClock
from drift.equipment import Equipment, Policy
from drift.errors import ProviderResponseError, ProviderUnavailableError, StoreError
from drift.ledger.keys import local_key
from drift.ledger.log import entries
from drift.model.detection import DetectRules
from drift.model.event import RawRecord, UnreadableRecord
from drift.model.evidence import ConfigRecord, EntryKind
from drift.pipeline import Pipeline
from drift.ports import AuditLog, Delivery
from drift.stages.attribute import IdentityRules
from drift.stages.classify import ChannelRules
from drift.stages.collect import BATCH_RECORDS, Batch, collect
from drift.stages.correlate import CorrelationRules
from drift.stages.decide import DecisionRules
from drift.stages.translate import Translators
from drift.store.changes import changes
from drift.store.database import Database
from drift.store.sources import move_to, position_in
from drift.store.tally import funnel_totals
from providers.at_hand import at_hand
from providers.aws.translate import AwsTranslator
from providers.log_files.audit_log import LogFiles, LogFilesSettings
from tests.builders import ACCOUNT, NOON

ROOT = Path(__file__).parents[2]


class Trail:
    """An audit log in memory: what it delivers, in order, and where it fails."""

    def __init__(self, *deliveries: Delivery, failure: Exception | None = None) -> None:
        self.asked_for: list[str | None] = []
        self._deliveries = deliveries
        self._failure = failure

    delay = timedelta()

    def again(self, name: str) -> Delivery | None:
        """Deliver one of them once more."""
        return next((one for one in self._deliveries if one.name == name), None)

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver everything, then fail if it is to."""
        self.asked_for.append(cursor)
        yield from self._deliveries
        if self._failure:
            raise self._failure


class Torn(BytesIO):
    """A body whose connection breaks while it is read."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Break off."""
        raise ConnectionResetError("reset by peer")


def a_delivery(
    count: int,
    *,
    name: str = "trail/1.json",
    version: str = "1",
    stream: BinaryIO | None = None,
    settle: Callable[[], None] = lambda: None,
) -> Delivery:
    """A trail file with so many records."""
    return Delivery(
        name=name,
        version=version,
        cursor=f"after {name}",
        open=lambda: stream or BytesIO(a_file(count)),
        settle=settle,
    )


def a_file(count: int) -> bytes:
    """The bytes of a trail file: a record a second, and each tenth of them a write."""
    return json.dumps({"Records": [_record(number) for number in range(count)]}).encode()


def _record(number: int) -> dict[str, object]:
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/alice",
            "accountId": ACCOUNT,
            "userName": "alice",
        },
        "eventTime": f"{NOON + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DescribeInstances" if number % 10 else "AuthorizeSecurityGroupIngress",
        "awsRegion": "eu-west-1",
        "requestParameters": {"groupId": "sg-0abc"},
        "eventID": f"e-{number}",
        "readOnly": number % 10 > 0,
        "recipientAccountId": ACCOUNT,
    }


def test_a_large_delivery_comes_in_batches(database: Database) -> None:
    batches = read(database, Trail(a_delivery(2201)))

    assert [(batch.begun, batch.position, batch.is_last) for batch in batches] == [
        (0, 1000, False),
        (1000, 2000, False),
        (2000, 2201, True),
    ]
    assert indexes(batches) == list(range(2201))


def test_a_delivery_that_fills_its_last_batch_ends_with_an_empty_one(database: Database) -> None:
    batches = read(database, Trail(a_delivery(BATCH_RECORDS)))

    assert [(batch.position, batch.is_last) for batch in batches] == [
        (BATCH_RECORDS, False),
        (BATCH_RECORDS, True),
    ]


def test_an_empty_delivery_is_read_whole_at_once(database: Database) -> None:
    [batch] = read(database, Trail(a_delivery(0)))

    assert (batch.records, batch.is_last) == ((), True)


def test_reading_goes_on_where_it_broke_off(database: Database) -> None:
    delivery = a_delivery(2201)
    keep(database, read(database, Trail(delivery))[:2])

    batches = read(database, Trail(delivery))

    assert indexes(batches) == list(range(2000, 2201))


def test_what_was_read_whole_is_not_read_again_but_its_next_version_is(database: Database) -> None:
    keep(database, read(database, Trail(a_delivery(3))))

    assert read(database, Trail(a_delivery(3), a_delivery(3))) == []
    assert indexes(read(database, Trail(a_delivery(4, version="2")))) == [0, 1, 2, 3]


def test_a_source_is_asked_for_what_came_after_the_last_delivery(database: Database) -> None:
    trail = Trail(a_delivery(1, name="a"), a_delivery(1, name="b"))

    keep(database, read(database, trail))
    read(database, trail)

    assert trail.asked_for == [None, "after b"]


def test_what_was_delivered_before_a_failure_stands(database: Database) -> None:
    failing = Trail(a_delivery(2), failure=ProviderUnavailableError("throttled", hint="wait"))
    batches = collect("trail", failing, database, [AwsTranslator()], NOON)

    assert indexes([*next(batches)]) == [0, 1]
    with pytest.raises(ProviderUnavailableError):
        next(batches)


def test_a_body_that_breaks_off_is_a_failure_of_the_source(database: Database) -> None:
    """
    What an adapter's stream raises while it is read comes from its library, and can be anything.
    """
    torn = Trail(a_delivery(1, name="a"), a_delivery(9, name="b", stream=Torn()))

    with pytest.raises(ProviderResponseError, match="ConnectionResetError: reset by peer") as raised:
        read(database, torn)

    assert isinstance(raised.value.__cause__, ConnectionResetError)


class Failing:
    """Opens a file of two records, after it has failed a few times."""

    def __init__(self, *failures: ProviderUnavailableError) -> None:
        self.opened = 0
        self._failures = list(failures)

    def open(self) -> BinaryIO:
        """Fail, or open the file."""
        self.opened += 1
        if self._failures:
            raise self._failures.pop(0)
        return BytesIO(a_file(2))

    def delivery(self, name: str) -> Delivery:
        """Deliver the file under a name."""
        return replace(a_delivery(0, name=name), open=self.open)


BROKEN = ProviderUnavailableError("status 500", hint="wait")


def test_what_breaks_off_once_is_read_at_the_second_attempt(database: Database) -> None:
    """
    A queue would give it again only after minutes.
    """
    failing = Failing(BROKEN)

    keep(database, read(database, Trail(failing.delivery("a"))))

    assert failing.opened == 2


def test_a_source_that_is_down_is_asked_twice_for_one_delivery_and_no_other(database: Database) -> None:
    first, second = Failing(BROKEN, BROKEN, BROKEN), Failing(BROKEN, BROKEN, BROKEN)

    with pytest.raises(ProviderUnavailableError):
        read(database, Trail(first.delivery("a"), second.delivery("b")))

    assert (first.opened, second.opened) == (2, 1)


def test_a_source_that_says_when_to_ask_again_is_not_asked_before(database: Database) -> None:
    failing = Failing(ProviderUnavailableError("busy", hint="wait", retry_after=timedelta(seconds=9)))

    with pytest.raises(ProviderUnavailableError):
        read(database, Trail(failing.delivery("a")))

    assert failing.opened == 1


def test_a_service_that_did_not_hear_that_a_delivery_was_read_is_told_again(database: Database) -> None:
    failures = [BROKEN]

    def settle() -> None:
        if failures:
            raise failures.pop()

    keep(database, read(database, Trail(a_delivery(1, settle=settle))))

    assert failures == []


def test_a_service_is_told_that_a_delivery_was_read_only_once_all_of_it_is_kept(database: Database) -> None:
    settled: list[str] = []
    trail = Trail(a_delivery(BATCH_RECORDS + 1, settle=lambda: settled.append("the delivery")))

    batches = collect("trail", trail, database, [AwsTranslator()], NOON)
    keep(database, [*next(batches), *next(batches)])

    assert settled == []
    assert list(batches) == []
    assert settled == ["the delivery"]


def test_a_service_that_delivers_once_more_is_told_once_more(database: Database) -> None:
    """
    The run that kept it may have been killed before it could say so.
    """
    settled: list[str] = []
    trail = Trail(a_delivery(1, settle=lambda: settled.append("the delivery")))

    for _ in range(2):
        keep(database, read(database, trail))

    assert settled == ["the delivery"] * 2


def test_a_service_is_not_told_of_a_delivery_that_cannot_be_read(database: Database) -> None:
    settled: list[str] = []
    torn = Trail(a_delivery(9, stream=Torn(), settle=lambda: settled.append("the delivery")))

    with pytest.raises(ProviderResponseError):
        read(database, torn)

    assert settled == []


def test_a_service_that_cannot_be_told_is_a_failure_of_the_source_and_hides_no_delivery(
    database: Database,
) -> None:
    def refuse() -> None:
        raise ProviderUnavailableError("the queue does not answer", hint="wait")

    trail = Trail(a_delivery(1, name="a", settle=refuse), a_delivery(1, name="b"))
    batches = collect("trail", trail, database, [AwsTranslator()], NOON)

    keep(database, [*next(batches), *next(batches)])
    with pytest.raises(ProviderUnavailableError, match="the queue does not answer"):
        next(batches)


def test_deliveries_that_are_at_hand_together_are_kept_together(database: Database) -> None:
    """
    A transaction waits for the disk: with one for each of many small deliveries, little else is done.
    """
    deliveries = [a_delivery(400, name=name) for name in "abcd"]

    hauls = list(collect("trail", Trail(*at_hand(deliveries)), database, [AwsTranslator()], NOON))

    assert [[batch.delivery.name for batch in haul] for haul in hauls] == [["a", "b", "c"], ["d"]]


def test_a_delivery_that_comes_twice_at_once_is_kept_before_it_is_looked_at_again(database: Database) -> None:
    settled: list[str] = []
    deliveries = at_hand(a_delivery(2, settle=lambda: settled.append("it")) for _ in range(2))

    for haul in collect("trail", Trail(*deliveries), database, [AwsTranslator()], NOON):
        keep(database, [*haul])

    assert settled == ["it"] * 2


def test_what_is_at_hand_when_the_source_breaks_off_is_kept(database: Database) -> None:
    failing = Trail(
        replace(a_delivery(2, name="a"), is_followed=True),
        failure=ProviderUnavailableError("throttled", hint="wait"),
    )
    hauls = collect("trail", failing, database, [AwsTranslator()], NOON)

    assert indexes([*next(hauls)]) == [0, 1]
    with pytest.raises(ProviderUnavailableError):
        next(hauls)


def test_what_is_at_hand_is_kept_when_the_next_delivery_cannot_be_read(database: Database) -> None:
    torn = Trail(*at_hand([a_delivery(1, name="a"), a_delivery(9, name="b", stream=Torn())]))
    hauls = collect("trail", torn, database, [AwsTranslator()], NOON)

    assert [batch.delivery.name for batch in next(hauls)] == ["a"]
    with pytest.raises(ProviderResponseError):
        next(hauls)


def test_a_failure_of_the_store_is_not_taken_for_one_of_the_source() -> None:
    broken = Database("postgresql+psycopg://localhost:1/drift")

    with pytest.raises(StoreError):
        read(broken, Trail(a_delivery(1)))


def test_a_damaged_region_is_a_record_of_its_own(database: Database) -> None:
    stream = BytesIO(b'{"Records": [{"eventID": "e-1"}, {"eventID": oops}, {"eventID": "e-3"}]}')

    [batch] = read(database, Trail(a_delivery(0, stream=stream)))

    assert [type(record) for record in batch.records] == [RawRecord, UnreadableRecord, RawRecord]
    assert indexes([batch]) == [0, 1, 2]


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_a_run_that_is_killed_within_a_batch_keeps_those_before_and_nothing_twice(
    database: Database, database_url: str, tmp_path: Path, batch: int
) -> None:
    file = tmp_path / "trail.json"
    file.write_bytes(a_file(2401))

    assert killed_while_reading(database_url, file, batch) == 9

    [delivery] = LogFiles(LogFilesSettings(path=str(file))).read_since(None)
    with database.reading() as connection:
        assert position_in(connection, "trail", delivery) == (batch - 1) * BATCH_RECORDS

    read_trail(database, file)

    with database.reading() as connection:
        kinds = [entry.kind for entry in entries(connection)]
        [row] = changes(connection)
        assert funnel_totals(connection) == {"change": 241, "read": 2160}
        assert position_in(connection, "trail", delivery) is None
    assert kinds == [EntryKind.OBSERVATION] * 241 + [EntryKind.COVERAGE]
    assert len(row.change.writes) == 241


def test_two_runs_at_once_count_nothing_twice(database: Database, tmp_path: Path) -> None:
    """
    A first run that takes long is overtaken by cron's next: one of the two gives up, and says why.
    """
    file = tmp_path / "trail.json"
    file.write_bytes(a_file(1201))
    overtaken = a_pipeline(database)
    slow = collect("trail", a_trail(file), database, [AwsTranslator()], NOON)
    first = next(slow)

    read_trail(database, file)
    with pytest.raises(StoreError, match="by another run"):
        overtaken.observe(first, NOON)

    with database.reading() as connection:
        assert funnel_totals(connection) == {"change": 121, "read": 1080}


def read(database: Database, log: AuditLog) -> list[Batch]:
    """Collect what a source delivers, without keeping it."""
    return [batch for haul in collect("trail", log, database, [AwsTranslator()], NOON) for batch in haul]


def keep(database: Database, batches: list[Batch]) -> None:
    """Remember that batches were read."""
    with database.transaction() as connection:
        for one in batches:
            move_to(connection, "trail", one.delivery, one.position, begun=one.begun, is_complete=one.is_last)


def indexes(batches: list[Batch]) -> list[int]:
    return [record.source.index for batch in batches for record in batch.records]


def a_trail(file: Path) -> LogFiles:
    return LogFiles(LogFilesSettings(path=str(file)))


def a_pipeline(database: Database) -> Pipeline:
    """The real program without a cloud to ask."""
    return Pipeline(
        have=Equipment(
            configuration=ConfigRecord(sha256="0" * 64, tool_version="1"),
            database=database,
            key=local_key("driftledger/example", bytes(32)),
            clock=SystemClock(),
            policy=Policy(
                identities=IdentityRules(),
                channels=ChannelRules(),
                correlation=CorrelationRules(),
                detection=DetectRules(),
                decision=DecisionRules(),
            ),
            translators=Translators([AwsTranslator()]),
            sources={},
            watched=(),
            ticket_sources={},
            code_hosts={},
            notifiers={},
            vault=None,
        )
    )


def read_trail(database: Database, file: Path) -> None:
    assert a_pipeline(database).read("trail", a_trail(file), NOON).problems == ()


def killed_while_reading(url: str, file: Path, batch: int) -> int:
    """Read a trail in another process, which dies before it commits a batch; return its exit code."""
    code = f"from tests.stages.test_collect import die_reading; die_reading({url!r}, {str(file)!r}, {batch})"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode


def die_reading(url: str, file: str, batch: int) -> None:
    """Run in the other process."""
    moves = iter(range(1, batch))

    def move_or_die(*arguments: object, **named: object) -> None:
        if next(moves, None) is None:
            os._exit(9)
        move_to(*arguments, **named)  # type: ignore[arg-type]

    with patch("drift.stages.collect.move_to", move_or_die):
        read_trail(Database(url), Path(file))
