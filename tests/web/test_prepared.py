"""What is put together beside."""

import threading
from datetime import timedelta

import pytest

from drift.errors import UsageError
from drift.web.prepared import KEPT_FOR, MOST_KEPT, Prepared
from tests.builders import NOON

LONG = timedelta(minutes=5)


def test_what_takes_long_is_told_so_and_made_once() -> None:
    made, go = [], threading.Event()
    prepared = Prepared[str](lambda: NOON, patience=timedelta(0))

    def make() -> str:
        made.append(1)
        go.wait(60)
        return "report"

    assert [prepared.ask("week", make), prepared.ask("week", make)] == [None, None]
    go.set()
    while (found := prepared.ask("week", make)) is None:
        pass

    assert (found, len(made)) == ("report", 1)


def test_it_is_made_anew_after_a_while() -> None:
    now, numbers = [NOON], iter(range(9))
    prepared = Prepared[int](lambda: now[0], patience=LONG)

    first, again = (prepared.ask("week", lambda: next(numbers)) for _ in range(2))
    now[0] = NOON + KEPT_FOR
    later = prepared.ask("week", lambda: next(numbers))

    assert (first, again, later) == (0, 0, 1)


def test_what_failed_is_said_and_tried_anew() -> None:
    prepared = Prepared[str](lambda: NOON, patience=LONG)

    def fails() -> str:
        raise UsageError("nothing is sealed", hint="run drift")

    with pytest.raises(UsageError, match="nothing is sealed"):
        prepared.ask("week", fails)
    assert prepared.ask("week", lambda: "report") == "report"


def test_a_time_out_within_is_no_patience_that_ran_out() -> None:
    prepared = Prepared[str](lambda: NOON, patience=LONG)

    def fails() -> str:
        raise TimeoutError("the disk")

    with pytest.raises(TimeoutError, match="the disk"):
        prepared.ask("week", fails)


def test_so_many_are_kept_and_no_more() -> None:
    made: list[str] = []
    prepared = Prepared[str](lambda: NOON, patience=LONG)

    for name in [*map(str, range(MOST_KEPT + 1)), "0"]:
        prepared.ask(name, lambda name=name: made.append(name) or name)  # type: ignore[misc,func-returns-value]

    assert made[-1] == "0"
