"""Somebody outside holds the checkpoints; while nobody can, that is shown, tried again, and an alarm."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from drift.errors import ProviderUnavailableError
from drift.model.anchor import Receipt
from drift.model.evidence import Checkpoint, EntryKind
from drift.reports.status import AnchorStatus, read_status
from drift.stages.anchor import AnchorRules
from drift.store.database import Database
from tests.builders import NOON, an_event, minutes
from tests.scenarios.cloud import Watch


class Safe:
    """An anchor that can be looked into."""

    def __init__(self) -> None:
        self.held: list[int] = []
        self.asked: list[datetime] = []
        self.retry_after: timedelta | None = None
        self.is_shut = False

    def check(self) -> str:
        """Say what it is."""
        return "a safe"

    def hold(self, checkpoint: Checkpoint, now: datetime) -> Receipt:
        """Hold it, unless it is shut."""
        self.asked.append(now)
        if self.is_shut:
            raise ProviderUnavailableError("the safe is shut", hint="open it", retry_after=self.retry_after)
        self.held.append(checkpoint.size)
        return Receipt(reference=f"shelf {len(self.held)}", check="cat {note}", document=b"\x00\xff")


@pytest.fixture
def safe() -> Safe:
    return Safe()


@pytest.fixture
def watch(sqlite_database: Database, safe: Safe) -> Watch:
    """It is given a checkpoint once an hour."""
    return Watch(database=sqlite_database, anchors={"safe": safe}, anchor=AnchorRules(every=minutes(60)))


Write = Callable[[float], None]


@pytest.fixture
def write(watch: Watch) -> Write:
    """Let somebody write something at a minute, so that the ledger grows."""

    def written(minute: float) -> None:
        watch.deliver(an_event(event_id=f"e-{minute}", at=NOON + minutes(minute)))

    return written


def standing(watch: Watch) -> AnchorStatus:
    with watch.database.reading() as connection:
        [one] = read_status(connection, (), watch.clock.time, anchors=["safe"]).anchors
    return one


def test_the_last_checkpoint_is_held_and_the_receipt_is_evidence(
    watch: Watch, safe: Safe, write: Write
) -> None:
    write(0)
    watch.cycle(0)

    [body] = watch.bodies(EntryKind.ANCHOR)
    [size] = safe.held
    assert (body["anchor"], body["size"]) == ("safe", size)
    assert body["note"].splitlines()[1:3] == [str(size), body["root"]]
    assert body["receipt"]["reference"] == "shelf 1"
    assert body["receipt"]["document"] == "AP8="
    assert standing(watch).row.size == size
    assert standing(watch).unheld == 0


def test_its_own_receipt_is_no_reason_for_the_next_checkpoint(watch: Watch, safe: Safe, write: Write) -> None:
    """
    Else a ledger in which nothing happens would grow for ever.
    """
    write(0)
    for minute in (0, 1, 2):
        watch.cycle(minute)
    sizes = len(watch.ledger(*EntryKind))

    watch.cycle(3)

    assert len(watch.ledger(*EntryKind)) == sizes
    assert len(safe.held) == 1


def test_it_is_given_none_before_its_time_and_the_last_one_then(
    watch: Watch, safe: Safe, write: Write
) -> None:
    write(0)
    watch.cycle(0)
    write(20)
    watch.cycle(20)
    write(40)
    watch.cycle(40)

    assert len(safe.held) == 1
    assert standing(watch).unheld > 0
    assert standing(watch).unheld_since == NOON + minutes(20)

    watch.cycle(60)

    assert len(safe.held) == 2
    assert standing(watch).unheld == 0


def test_one_that_fails_is_asked_again_ever_later_and_is_an_alarm_from_the_second_time_on(
    watch: Watch, safe: Safe, write: Write
) -> None:
    safe.is_shut = True
    write(0)

    problems = [watch.problems(minute) for minute in (0, 0.5, 1, 2, 3, 4)]

    assert safe.asked == [NOON, NOON + minutes(1), NOON + minutes(3)]
    assert [bool(one) for one in problems] == [True, False, True, False, True, False]
    assert problems[0] == ("safe: the safe is shut (open it)",)
    assert standing(watch).row.error == "the safe is shut"
    assert watch.alarms() == ["anchor-fails: safe"]
    assert "the anchor safe holds nothing: the safe is shut / open it; " in watch.headlines()[-1]


def test_once_it_holds_again_the_alarm_is_over(watch: Watch, safe: Safe, write: Write) -> None:
    safe.is_shut = True
    write(0)
    for minute in (0, 1, 2):
        watch.problems(minute)
    assert watch.alarms()
    safe.is_shut = False

    watch.cycle(3)
    watch.cycle(4)

    assert safe.held
    assert watch.alarms() == []
    assert standing(watch).row.failures == 0
    assert standing(watch).row.error is None


def test_one_failure_alone_is_no_alarm(watch: Watch, safe: Safe, write: Write) -> None:
    safe.is_shut = True
    write(0)
    watch.problems(0)
    safe.is_shut = False
    watch.cycle(1)
    watch.cycle(2)

    assert watch.alarms() == []
    assert watch.bodies(EntryKind.ALARM) == []


def test_a_holder_that_says_when_is_asked_then(watch: Watch, safe: Safe, write: Write) -> None:
    safe.is_shut, safe.retry_after = True, minutes(30)
    write(0)
    watch.problems(0)
    safe.is_shut = False
    watch.cycle(29)
    watch.cycle(30)

    assert safe.asked == [NOON, NOON + minutes(30)]


def test_one_that_fails_keeps_no_other_from_holding(sqlite_database: Database, safe: Safe) -> None:
    shut = Safe()
    shut.is_shut = True
    watch = Watch(database=sqlite_database, anchors={"shut": shut, "safe": safe})
    watch.deliver(an_event())

    watch.problems(0)

    assert safe.held
