"""A source whose budget is spent is not read until the next period, and everybody can see that."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from drift.model.budget import Budget, BudgetUnit, BudgetUse
from drift.model.coverage import GapKind, SourceRules
from drift.model.evidence import EntryKind, GapStatus
from drift.model.turn import Turn
from drift.ports import Delivery
from drift.reports.status import Status, read_status
from drift.stages.collect import BATCH_RECORDS
from drift.store.budgets import budgets_used, use_budget
from drift.store.database import Database
from drift.store.gaps import open_gaps
from providers.meter import Meter
from tests.builders import NOON, an_event
from tests.scenarios.cloud import ALICE, Log, Watch

DAY = timedelta(days=1)
OWNER = "platform@example.com"
SPENT = "its budget of 3 requests a day is spent; it is read on from 2026-11-17 00:00 UTC"


class Metered(Log):
    """An audit log that takes a request to list what is new, and one for each delivery."""

    def __init__(self) -> None:
        super().__init__()
        self.meter = Meter("audit_log", "trail")

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver every file after the cursor."""
        self.meter.count()
        for number in range(0 if cursor is None else int(cursor) + 1, len(self.files)):
            self.meter.count()
            yield self.again(f"{number}.json")


@pytest.fixture
def log() -> Metered:
    return Metered()


@pytest.fixture
def watch(database: Database, log: Metered) -> Watch:
    """It may make three requests a day."""
    return watching(database, log, Budget(requests_a_day=3))


def watching(database: Database, log: Metered, budget: Budget) -> Watch:
    rules = SourceRules(owner=OWNER, budget=budget)
    return Watch(database=database, log=log, meters=(log.meter,), source=rules)


def happened(watch: Watch, *ids: str) -> None:
    """Deliver each record in a file of its own."""
    for id_ in ids:
        watch.deliver(an_event(event_id=id_, principal=ALICE))


def read(watch: Watch, *, later: timedelta = timedelta()) -> Turn:
    """Read once, so long after noon."""
    watch.clock.time = NOON + later
    return watch.pipeline.read("trail", watch.log, watch.clock.time)


def status(watch: Watch) -> Status:
    with watch.database.reading() as connection:
        return read_status(connection, ["trail"], watch.clock.time)


def test_reading_stops_once_the_budget_is_spent_and_goes_on_where_it_stood(watch: Watch) -> None:
    happened(watch, "e-1", "e-2", "e-3")

    turns = [read(watch, later=number * DAY / 2) for number in range(5)]

    assert [turn.count("records") for turn in turns] == [2, 1, 0, 0, 0]
    assert [turn.failure is None for turn in turns] == [False, True, True, True, True]
    assert SPENT in (turns[0].failure or "")
    assert sum(watch.counts().values()) == 3


def test_what_is_spent_asks_for_nothing(watch: Watch, log: Metered) -> None:
    happened(watch, "e-1", "e-2", "e-3")
    read(watch)
    made = log.meter.read().made

    turn = read(watch, later=timedelta(hours=1))

    assert turn.failure == f"trail: {SPENT} (raise `max_requests_per_day`, or let it wait)"
    assert log.meter.read().made == made


def test_the_time_without_reading_is_a_gap_with_owner_and_reason_that_ends_when_filled(
    database: Database, log: Metered
) -> None:
    watch = watching(database, log, Budget(bytes_a_month=size_of_one()))
    read(watch)
    happened(watch, "e-1", "e-2")
    for days in (1, 2, 3):
        read(watch, later=days * DAY)
    with watch.database.reading() as connection:
        [row] = open_gaps(connection)

    assert (row.gap.kind, row.gap.owner, row.gap.from_at) == (GapKind.BUDGET, OWNER, NOON)
    assert "a month is spent; it is read on from 2026-12-01 00:00 UTC" in row.gap.error

    read(watch, later=16 * DAY)

    with watch.database.reading() as connection:
        assert open_gaps(connection) == []
    opened, closed = watch.bodies(EntryKind.GAP)
    assert (opened["status"], closed["status"]) == (GapStatus.OPEN, GapStatus.CLOSED)
    assert opened["gap_id"] == closed["gap_id"]
    assert sum(watch.counts().values()) == 2


def size_of_one() -> int:
    """A few bytes more than a record has."""
    return len(msgspec.json.encode(an_event(event_id="e-1", principal=ALICE))) + 10


def test_an_alarm_is_told_once_and_ends_when_all_is_read(database: Database, log: Metered) -> None:
    watch = watching(database, log, Budget(bytes_a_month=1))
    happened(watch, "e-1", "e-2")
    for days in range(5):
        read(watch, later=days * DAY)

    assert watch.alarms() == ["budget-spent: trail"]
    assert len(watch.ledger(EntryKind.ALARM)) == 1

    for days in (16, 50):
        read(watch, later=days * DAY)
    assert watch.alarms() == []


def test_a_start_does_not_begin_anew(watch: Watch, log: Metered) -> None:
    happened(watch, "e-1", "e-2", "e-3")
    read(watch)

    started = watching(watch.database, Metered(), Budget(requests_a_day=3))
    turn = read(started, later=timedelta(hours=1))

    assert SPENT in (turn.failure or "")


def test_a_long_delivery_is_left_in_the_middle_and_gone_on_with(database: Database, log: Metered) -> None:
    watch = watching(database, log, Budget(bytes_a_month=1))
    watch.deliver(*(an_event(event_id=f"e-{number}") for number in range(3 * BATCH_RECORDS)))

    first, second = read(watch), read(watch, later=DAY)
    rest = read(replace(watch, source=SourceRules()), later=2 * DAY)

    assert (first.count("records"), second.count("records")) == (BATCH_RECORDS, 0)
    assert rest.count("records") == 2 * BATCH_RECORDS
    assert sum(watch.counts().values()) == 3 * BATCH_RECORDS


def test_a_read_that_reaches_the_end_with_its_last_request_is_whole(database: Database, log: Metered) -> None:
    watch = watching(database, log, Budget(requests_a_day=1))

    turn = read(watch)

    assert (turn.failure, turn.is_put_off) == (None, False)
    assert watch.ledger(EntryKind.GAP) == []
    assert status(watch).budgets[0].is_spent


def test_the_status_tells_what_is_used_up_of_the_present_period(watch: Watch) -> None:
    read(watch)
    assert status(watch).budgets == (use(1),)

    watch.clock.time = NOON + DAY
    assert status(watch).budgets == (use(0, period="2026-11-17"),)


def use(used: int, *, period: str = "2026-11-16") -> BudgetUse:
    return BudgetUse(source="trail", unit=BudgetUnit.REQUESTS_A_DAY, period=period, used=used, limit=3)


def test_a_budget_that_is_taken_back_is_forgotten(watch: Watch) -> None:
    read(watch)

    replace(watch, source=SourceRules()).pipeline.begin(NOON)

    assert status(watch).budgets == ()


def test_an_outage_that_becomes_a_matter_of_money_says_so_at_once(watch: Watch, log: Metered) -> None:
    happened(watch, "e-1")
    log.lost = "0.json"
    kinds = []
    for minutes in (0, 30, 40):
        read(watch, later=timedelta(minutes=minutes))
        with watch.database.reading() as connection:
            kinds += [row.gap.kind for row in open_gaps(connection)]

    assert kinds == [GapKind.OUTAGE, GapKind.OUTAGE, GapKind.BUDGET]


@pytest.mark.parametrize(
    ("unit", "at", "again"),
    [
        (BudgetUnit.REQUESTS_A_DAY, datetime(2026, 11, 30, 23, 59, tzinfo=UTC), "2026-12-01"),
        (BudgetUnit.BYTES_A_MONTH, datetime(2026, 12, 31, tzinfo=UTC), "2027-01-01"),
        (BudgetUnit.BYTES_A_MONTH, datetime(2028, 2, 29, tzinfo=UTC), "2028-03-01"),
        (BudgetUnit.BYTES_A_MONTH, datetime(2026, 11, 1, tzinfo=UTC), "2026-12-01"),
    ],
)
def test_periods_are_those_of_the_calendar(unit: BudgetUnit, at: datetime, again: str) -> None:
    begins = unit.next_after(at)

    assert f"{begins:%Y-%m-%d %H:%M}" == f"{again} 00:00"
    assert unit.period_of(begins) != unit.period_of(begins - timedelta(microseconds=1)) == unit.period_of(at)


def test_what_was_used_before_a_period_counts_no_more(database: Database) -> None:
    for at, used in ((NOON, 2), (NOON + DAY, 3), (NOON + 20 * DAY, 4)):
        with database.transaction() as connection:
            use_budget(connection, "trail", BudgetUnit.BYTES_A_MONTH, 10, used, at)

    with database.reading() as connection:
        assert [one.used for one in budgets_used(connection, NOON + 20 * DAY)] == [4]
    with database.reading() as connection:
        assert [one.used for one in budgets_used(connection, NOON + 60 * DAY)] == [0]
