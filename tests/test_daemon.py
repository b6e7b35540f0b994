"""The daemon starts, watches and stops inside a test; signals are the command line's affair."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from drift.daemon import Daemon
from drift.errors import StoreError

SOON = timedelta(milliseconds=20)
PATIENCE = 30


def test_the_first_cycle_begins_at_once() -> None:
    began = threading.Event()

    def cycle() -> list[str]:
        began.set()
        return []

    daemon = Daemon(cycle, timedelta(hours=1), lambda _: None)

    daemon.start()

    assert began.wait(PATIENCE)
    daemon.stop()
    daemon.wait()


def test_cycles_follow_one_another_and_never_overlap() -> None:
    busy = threading.Lock()
    turns, enough = [], threading.Event()

    def cycle() -> list[str]:
        assert busy.acquire(blocking=False), "two cycles at once"
        turns.append(1)
        if len(turns) == 3:
            enough.set()
        busy.release()
        return []

    daemon = Daemon(cycle, SOON, lambda _: None)
    daemon.start()

    assert enough.wait(PATIENCE)
    daemon.stop()
    daemon.wait()


def test_problems_are_said_and_do_not_stop_it() -> None:
    said: list[str] = []
    twice = threading.Event()

    def say(problem: str) -> None:
        said.append(problem)
        if len(said) >= 2:
            twice.set()

    daemon = Daemon(lambda: ["jira is down"], SOON, say)
    daemon.start()

    assert twice.wait(PATIENCE)
    daemon.stop()
    daemon.wait()
    assert set(said) == {"jira is down"}


def test_a_cycle_that_fails_stops_it_with_its_reason() -> None:
    def cycle() -> Iterator[str]:
        raise StoreError("the disk is full", hint="make room")
        yield

    daemon = Daemon(cycle, SOON, lambda _: None)
    daemon.start()

    with pytest.raises(StoreError, match="the disk is full"):
        daemon.wait()


def test_stopping_lets_the_running_cycle_end() -> None:
    under_way, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def cycle() -> list[str]:
        under_way.set()
        may_end.wait(PATIENCE)
        ended.set()
        return []

    daemon = Daemon(cycle, timedelta(hours=1), lambda _: None)
    daemon.start()
    assert under_way.wait(PATIENCE)

    daemon.stop()
    may_end.set()
    daemon.wait()

    assert ended.is_set()
