"""An alarm is told once while it stands, and its message says when it is over."""

from dataclasses import replace

import pytest

from drift.model.alarm import Alarm
from drift.model.evidence import EntryKind
from drift.model.verdict import Severity
from drift.store import outbox
from drift.store.database import Database
from tests.builders import NOON, minutes
from tests.scenarios.cloud import Watch

DEAD = Alarm(
    slug="job-died",
    subject="sweep",
    text="the job sweep died: no space left",
    hint="Look at the disk.",
    severity=Severity.HIGH,
    since=NOON,
)


@pytest.fixture
def watch(database: Database) -> Watch:
    return Watch(database=database)


def test_an_alarm_that_stands_is_told_once_however_often_it_is_raised(watch: Watch) -> None:
    for minute in range(3):
        watch.pipeline.alarm(DEAD, NOON + minutes(minute))
        watch.cycle(minute)

    assert watch.headlines() == ["the job sweep died: no space left / Look at the disk."]
    assert len(watch.ledger(EntryKind.ALERT)) == 1
    [entry] = watch.bodies(EntryKind.ALARM)
    assert (entry["status"], entry["alarm"]["slug"], entry["alarm"]["subject"]) == (
        "raised",
        "job-died",
        "sweep",
    )


def test_two_subjects_are_two_alarms(watch: Watch) -> None:
    watch.pipeline.alarm(DEAD, NOON)
    watch.pipeline.alarm(replace(DEAD, subject="poll"), NOON)

    assert sorted(watch.alarms()) == ["job-died: poll", "job-died: sweep"]


def test_the_end_edits_the_message_and_is_told_once(watch: Watch) -> None:
    watch.pipeline.alarm(DEAD, NOON)
    watch.cycle()
    for minute in (5, 6):
        watch.pipeline.end_alarm(DEAD.slug, DEAD.subject, NOON + minutes(minute))
        watch.cycle(minute)

    assert watch.headlines() == ["over: the job sweep died: no space left / Nothing to do: it is over."]
    assert len(watch.ledger(EntryKind.ALERT)) == 2
    raised, ended = watch.ledger(EntryKind.ALARM)
    assert raised.ref == ended.ref
    assert watch.alarms() == []


def test_what_comes_again_after_its_end_is_another_alarm(watch: Watch) -> None:
    watch.pipeline.alarm(DEAD, NOON)
    watch.pipeline.end_alarm(DEAD.slug, DEAD.subject, NOON + minutes(5))
    watch.pipeline.alarm(DEAD, NOON + minutes(10))
    watch.cycle(10)

    assert len(watch.headlines()) == 2
    assert len({entry.ref for entry in watch.ledger(EntryKind.ALARM)}) == 2


def test_a_crash_keeps_the_alarm_with_its_message_or_neither(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise InterruptedError

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "queue", crash)
        with pytest.raises(InterruptedError):
            watch.pipeline.alarm(DEAD, NOON)
    assert watch.alarms() == []
    assert watch.ledger(EntryKind.ALARM) == []

    watch.pipeline.alarm(DEAD, NOON)
    watch.cycle()

    assert len(watch.headlines()) == 1


def test_to_end_what_does_not_stand_is_nothing(watch: Watch) -> None:
    watch.pipeline.end_alarm(DEAD.slug, DEAD.subject, NOON)

    assert watch.ledger(EntryKind.ALARM) == []
