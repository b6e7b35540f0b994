"""Logs that are asked by time: nothing is lost between two spans, and nothing is read twice for long."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.errors import PartlyUnreadError, ProviderResponseError, ProviderUnavailableError
from drift.ports import Delivery
from providers.azure import spans
from providers.azure.by_time import ByTime, LookBack
from providers.azure.spans import Row, Span

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LOOK_BACK = LookBack(always=timedelta(minutes=10), hourly=timedelta(hours=2))


@dataclass(kw_only=True, slots=True)
class Ledger:
    """A log in memory, which tells no more than it is allowed to."""

    name: str = "web"
    keeps: timedelta | None = timedelta(days=90)
    rows: list[Row] = field(default_factory=list)
    asked: list[Span] = field(default_factory=list)
    is_down: bool = False

    def log(self, *ages: timedelta) -> None:
        """Log a record of each age at noon."""
        self.rows += [
            Row(at=NOON - age, body=json.dumps(len(self.rows) + number).encode())
            for number, age in enumerate(ages)
        ]

    def oldest(self, now: datetime) -> datetime | None:
        return now - self.keeps if self.keeps else min((row.at for row in self.rows if row.at), default=None)

    def read(self, span: Span, most: int) -> Sequence[Row] | None:
        self.asked.append(span)
        if self.is_down:
            raise ProviderUnavailableError("down", hint="wait")
        found = [row for row in self.rows if row.at is None or span.begin <= row.at <= span.end]
        return None if len(found) > most else found


def of(*logs: Ledger, now: datetime = NOON) -> ByTime:
    return ByTime(logs=logs, look_back=LOOK_BACK, delay=timedelta(), clock=lambda: now)


def records(deliveries: Sequence[Delivery]) -> list[int]:
    return [number for one in deliveries for number in json.loads(one.open().read())["value"]]


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_what_happened_in_one_minute_is_one_delivery_and_the_oldest_comes_first() -> None:
    log = Ledger()
    log.log(hours(1), hours(2), hours(2) - timedelta(seconds=30))

    deliveries = list(of(log).read_since(None))

    assert [one.name for one in deliveries] == [
        "web/2026-11-20T10:00:00Z/60s",
        "web/2026-11-20T11:00:00Z/60s",
    ]
    assert records(deliveries) == [1, 2, 0]


def test_a_record_that_comes_late_makes_its_minute_another_version() -> None:
    log = Ledger()
    log.log(timedelta(minutes=5), timedelta(minutes=4))
    first, second = of(log).read_since(None)

    log.log(timedelta(minutes=5))
    again, same = of(log).read_since(second.cursor)

    assert again.name == first.name
    assert again.version != first.version
    assert (same.name, same.version) == (second.name, second.version)
    assert records([again]) == [0, 2]


def test_a_minute_that_is_read_again_takes_the_cursor_nowhere_back() -> None:
    log = Ledger()
    log.log(timedelta(minutes=5), timedelta(minutes=4))
    cursor = list(of(log).read_since(None))[-1].cursor

    assert {one.cursor for one in of(log).read_since(cursor)} == {cursor}


def test_the_first_poll_of_an_hour_looks_further_back() -> None:
    log = Ledger()
    log.log(timedelta(minutes=40))
    cursor = list(of(log).read_since(None))[-1].cursor
    log.asked.clear()

    list(of(log, now=NOON - timedelta(minutes=20)).read_since(cursor))
    list(of(log, now=NOON + timedelta(minutes=1)).read_since(cursor))

    assert [span.begin for span in log.asked] == [NOON - timedelta(minutes=50), NOON - timedelta(minutes=160)]


def test_each_log_goes_on_where_it_was_left() -> None:
    one, other = Ledger(name="one"), Ledger(name="other")
    one.log(hours(1))
    other.log(hours(20))
    *_, last = of(one, other).read_since(None)
    one.asked.clear()
    other.asked.clear()

    list(of(one, other, Ledger(name="new")).read_since(last.cursor))

    assert one.asked[0].begin == NOON - hours(3)
    assert other.asked[0].begin == NOON - hours(22)


def test_a_log_that_cannot_be_read_hides_no_other() -> None:
    bad, good = Ledger(name="bad", is_down=True), Ledger(name="good")
    good.log(hours(1))
    came: list[Delivery] = []

    with pytest.raises(ProviderUnavailableError):
        came.extend(of(bad, good).read_since(None))

    # `extend` keeps what came before the error.
    assert [one.name for one in came] == ["good/2026-11-20T11:00:00Z/60s"]
    assert json.loads(came[0].cursor).keys() == {"good"}


def test_of_several_that_cannot_be_read_each_is_named() -> None:
    logs = [Ledger(name=name, is_down=True) for name in ("one", "other")]

    with pytest.raises(PartlyUnreadError) as raised:
        list(of(*logs).read_since(None))

    assert raised.value.unread.keys() == {"one", "other"}


def test_what_is_no_longer_kept_is_said_after_all_that_is() -> None:
    log = Ledger(keeps=timedelta(days=2))
    log.log(hours(1))
    came: list[Delivery] = []

    with pytest.raises(ProviderResponseError, match="no longer kept"):
        came.extend(of(log).read_since('{"web":"2026-11-01T00:00:00Z"}'))

    assert records(came) == [0]
    assert list(of(log).read_since(came[-1].cursor))


def test_a_log_in_which_nothing_happens_is_not_taken_for_one_that_was_not_read() -> None:
    log = Ledger(keeps=timedelta(days=5))
    log.log(hours(1))
    *_, last = of(log).read_since(None)
    cursor = last.cursor

    for day in range(1, 20):
        came = list(of(log, now=NOON + timedelta(days=day)).read_since(cursor))
        cursor = came[-1].cursor if came else cursor

    assert records(came) == []
    assert cursor > last.cursor
    assert log.asked[-1].length <= timedelta(days=3)


def test_a_quiet_log_is_not_delivered_again_and_again() -> None:
    log = Ledger()
    log.log(hours(50))
    *_, last = of(log).read_since(None)

    assert list(of(log).read_since(last.cursor)) == []


def test_a_minute_can_be_asked_for_once_more_by_its_name() -> None:
    log = Ledger()
    log.log(hours(1), hours(1) - timedelta(seconds=59), hours(1) - timedelta(seconds=60))
    first, _ = of(log).read_since(None)

    again = of(log).again(first.name)

    assert again is not None
    assert (again.name, again.version) == (first.name, first.version)


def test_a_minute_that_is_gone_is_not_mixed_up_with_the_one_after_it() -> None:
    log = Ledger()
    log.log(hours(1), hours(1) - timedelta(minutes=1))
    first, _ = of(log).read_since(None)
    del log.rows[0]

    with pytest.raises(ProviderResponseError, match="is gone"):
        of(log).again(first.name)


def test_a_record_without_a_time_is_delivered_all_the_same() -> None:
    log = Ledger()
    log.rows.append(Row(at=None, body=b"7"))

    assert records(list(of(log).read_since(None))) == [7]


def test_more_in_a_second_than_can_be_held_is_an_error_and_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "MOST", 3)
    monkeypatch.setattr(spans, "HELD", 2)
    log = Ledger()
    log.log(*[hours(1)] * 4)

    with pytest.raises(ProviderResponseError, match="in one second"):
        list(of(log).read_since(None))


@given(st.lists(st.integers(0, 6 * 3600), max_size=15), st.integers(2, 6))
def test_whatever_can_be_held_everything_comes_once_and_in_order(ages: list[int], held: int) -> None:
    """
    Spans are cut as they must be, and a record at a border belongs to one of them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spans, "HELD", held)
        log = Ledger(keeps=None)
        log.log(*(timedelta(seconds=age) for age in ages))

        found = records(list(of(log).read_since(None)))

    assert sorted(found) == list(range(len(ages)))
    at = [log.rows[number].at for number in found]
    assert at == sorted(at, key=lambda one: one or NOON)


def test_a_quiet_log_is_asked_once_however_long_it_was_quiet() -> None:
    log = Ledger()
    list(of(log).read_since(None))

    assert len(log.asked) == 1


def test_no_more_is_held_than_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "HELD", 20)
    log = Ledger()
    log.log(*(timedelta(minutes=minute) for minute in range(60)))

    sizes = [len(rows) for _, rows in spans.spans(log, Span(begin=NOON - timedelta(days=90), end=NOON))]

    assert sum(sizes) >= 60
    assert max(sizes) <= 20
