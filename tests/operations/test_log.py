"""What the daemon says: readable, and without secrets, whatever it is about."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from drift.config import LogFormat
from drift.daemon import Ended
from drift.model.turn import Turn
from drift.operations.log import Log
from tests.builders import NOON

TOKEN = "xoxb-123456789012-abcdefghijklmnop"


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """Afterwards libraries log as before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level


def said(form: LogFormat, *what: Any) -> list[str]:
    """Return the lines that a log writes of turns, and of texts as alarms."""
    stream = io.StringIO()
    log = Log(form, stream)
    for one in what:
        log.ended(one) if isinstance(one, Ended) else log.alarm(one)
    return stream.getvalue().splitlines()


def a_turn(**turn: Any) -> Ended:
    return Ended(job="read trail", turn=Turn(**turn), seconds=0.4, at=NOON)


def test_a_turn_is_one_object_with_its_counts() -> None:
    [line] = said(LogFormat.JSON, a_turn(counts=(("records", 500), ("alerts due", 2))))

    told = json.loads(line)
    assert told.pop("timestamp").endswith("Z")
    assert told == {
        "event": "job ended",
        "level": "info",
        "job": "read trail",
        "seconds": 0.4,
        "records": 500,
        "alerts_due": 2,
    }


def test_a_turn_is_one_line_of_text_if_it_did_something() -> None:
    did = a_turn(counts=(("records", 1500), ("writes", 0), ("alerts due", 2)))

    assert said(LogFormat.TEXT, did, a_turn(counts=(("records", 0),))) == [
        "drift: read trail: 1,500 records, 2 alerts due in 0.4 s"
    ]


def test_each_problem_is_a_line_of_its_own() -> None:
    lines = said(LogFormat.JSON, a_turn(problems=("the bucket is gone", "the queue is empty")))

    told = [(line["event"], line["level"]) for line in map(json.loads, lines[1:])]
    assert told == [("the bucket is gone", "warning"), ("the queue is empty", "warning")]


@pytest.mark.parametrize("form", LogFormat)
def test_secrets_are_never_in_it(form: LogFormat) -> None:
    lines = said(form, f"Slack refuses {TOKEN}", a_turn(problems=(f"password={TOKEN}",)))

    assert TOKEN not in "".join(lines)
    assert "(redacted)" in lines[0]


@pytest.mark.parametrize("form", LogFormat)
def test_text_from_outside_is_shown_and_never_obeyed(form: LogFormat) -> None:
    lines = said(form, "a bucket called \x1b[2J\nlevel: \u202eerror\u0085")

    assert len(lines) == 1
    assert all(char.isprintable() for char in lines[0])


@pytest.mark.parametrize("form", LogFormat)
def test_what_libraries_warn_of_is_written_alike(form: LogFormat) -> None:
    stream = io.StringIO()
    Log(form, stream).take_over()

    logging.getLogger("urllib3").warning("retrying with %s", f"token={TOKEN}")

    [line] = stream.getvalue().splitlines()
    assert "retrying with token=(redacted)" in line
