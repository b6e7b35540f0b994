"""What a lock says, and what it may not make anybody believe."""

from datetime import UTC, datetime, timedelta

import pytest

from drift.model.baseline import LOCK_BELIEVED_FOR
from providers.state_locks import read_lock
from tests.builders import NOON
from tests.providers.state_stores.shelf import ALICE, a_lock_info


def test_a_lock_says_who_since_when_and_for_what() -> None:
    lock = read_lock(a_lock_info())

    assert (lock.who, lock.operation) == (ALICE, "OperationTypeApply")
    assert lock.since == datetime(2026, 11, 16, 11, 59, 0, 123456, tzinfo=UTC)
    assert lock.is_apply(NOON)


@pytest.mark.parametrize("operation", ["OperationTypeRefresh", "init", "", "some operation of next year"])
def test_whatever_is_no_plan_may_change_something(operation: str) -> None:
    assert read_lock(a_lock_info(Operation=operation)).is_apply(NOON)


def test_a_plan_changes_nothing() -> None:
    assert not read_lock(a_lock_info(Operation="OperationTypePlan")).is_apply(NOON)


def test_the_time_at_which_the_store_received_it_is_believed_rather_than_its_own() -> None:
    forged = a_lock_info(Created="2026-11-16T11:59:00Z")

    assert not read_lock(forged, taken_at=NOON - LOCK_BELIEVED_FOR).is_apply(NOON)


@pytest.mark.parametrize("created", ["2999-01-01T00:00:00Z", "2026-11-16T05:59:00Z"])
def test_a_lock_of_long_ago_or_of_the_far_future_was_forgotten_or_forged(created: str) -> None:
    assert not read_lock(a_lock_info(Created=created)).is_apply(NOON)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b'{"Who": 7}', b"[" * 100_000, "\ud800", a_lock_info(Created="yesterday")],
    ids=["empty", "no text", "a list", "another form", "deep", "a surrogate", "no time"],
)
def test_a_lock_that_cannot_be_understood_holds_the_state_all_the_same(content: bytes | str) -> None:
    lock = read_lock(content)

    assert lock.since is None
    assert lock.is_apply(NOON)


def test_a_lock_cannot_fill_a_page() -> None:
    lock = read_lock(a_lock_info(Who="x" * 10_000))

    assert len(lock.who or "") == 200


def test_a_time_in_another_zone_is_told_in_utc() -> None:
    lock = read_lock(a_lock_info(Created="2026-11-16T13:00:00+02:00"))

    assert lock.since is not None
    assert lock.since.utcoffset() == timedelta(0)
    assert lock.since.hour == 11
