"""What a queue gave up to deliver is an alarm, until it is brought back."""

from datetime import timedelta

import pytest

from drift.errors import ProviderAccessError
from drift.model.coverage import GivenUp
from drift.model.evidence import EntryKind
from drift.store.database import Database
from tests.scenarios.cloud import Watch
from tests.scenarios.troubled import TroubledLog

REDRIVE = "move them back with `aws sqs start-message-move-task`"


class Queue(TroubledLog):
    """A log whose service puts aside what was given out too often."""

    def __init__(self) -> None:
        super().__init__(delay=timedelta(minutes=15))
        self.count = 0
        self.is_denied = False
        self.asked = 0

    def given_up(self) -> GivenUp | None:
        """Tell how many messages lie there."""
        self.asked += 1
        if self.is_denied:
            raise ProviderAccessError("sqs:GetQueueAttributes is missing", hint="grant it")
        return GivenUp(count=self.count, place="the queue dead", redrive=REDRIVE)


@pytest.fixture
def log() -> Queue:
    return Queue()


@pytest.fixture
def watch(database: Database, log: Queue) -> Watch:
    return Watch(database=database, log=log)


def test_nothing_given_up_is_no_alarm(watch: Watch, log: Queue) -> None:
    watch.cycle(0)

    assert watch.alarms() == []
    assert log.asked == 1


def test_what_was_given_up_is_one_alarm_that_explains_the_redrive(watch: Watch, log: Queue) -> None:
    log.count = 3
    for minute in (0, 10, 20):
        watch.cycle(minute)

    assert watch.alarms() == ["dead-letters: trail"]
    [headline] = watch.headlines()
    assert headline == (
        "3 messages of trail were given up and put into the queue dead: nobody reads that"
        f" / `drift check` and `drift quarantine` say why. Once that is mended, {REDRIVE}."
    )


def test_once_it_is_empty_again_the_alarm_is_over(watch: Watch, log: Queue) -> None:
    log.count = 1
    watch.cycle(0)

    log.count = 0
    watch.cycle(10)

    assert watch.alarms() == []
    assert [body["status"] for body in watch.bodies(EntryKind.ALARM)] == ["raised", "ended"]


def test_it_is_asked_every_five_minutes_and_not_at_every_poll(watch: Watch, log: Queue) -> None:
    for minute in range(11):
        watch.cycle(minute)

    assert log.asked == 3


def test_where_it_may_not_be_asked_that_is_told_and_the_source_is_read(watch: Watch, log: Queue) -> None:
    log.is_denied = True

    assert watch.problems(0) == ("trail: sqs:GetQueueAttributes is missing (grant it)",)
    assert watch.ledger(EntryKind.GAP) == []


def test_while_the_source_is_down_its_outage_is_told_once(watch: Watch, log: Queue) -> None:
    log.is_down = log.is_denied = True

    assert watch.problems(0) == ("trail: the bucket does not answer (wait)",)


def test_what_was_given_up_is_told_also_while_something_cannot_be_read(watch: Watch, log: Queue) -> None:
    """
    It is why messages are given up.
    """
    log.is_down, log.count = True, 2

    watch.problems(0)

    assert "dead-letters: trail" in watch.alarms()
