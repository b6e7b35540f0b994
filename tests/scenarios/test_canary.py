"""A harmless write of our own proves that the watch sees; where it does not come back, that is an alarm."""

from datetime import datetime

import pytest
from msgspec import structs

from drift.errors import ProviderAccessError
from drift.model.event import ChangeEvent, Effect, Fate
from drift.model.evidence import EntryKind
from drift.model.resource import Resource
from drift.store.database import Database
from tests.builders import NOON, an_event, minutes
from tests.scenarios.cloud import Watch

PARAMETER = Resource(type="aws_ssm_parameter", id="/driftledger/canary")


class Bird:
    """A canary whose writes are looked at."""

    resource = PARAMETER.id

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.is_denied = False

    def check(self) -> str:
        """Say what it touches."""
        return "a bird"

    def write(self, token: str) -> None:
        """Write, if that is allowed."""
        if self.is_denied:
            raise ProviderAccessError("ssm:AddTagsToResource is missing", hint="grant it")
        self.tokens.append(token)


@pytest.fixture
def bird() -> Bird:
    return Bird()


@pytest.fixture
def watch(database: Database, bird: Bird) -> Watch:
    """It writes once an hour, and expects the record within twenty minutes."""
    return Watch(database=database, canaries={"prod": bird})


def record_of(
    token: str, *, at: datetime = NOON, event_id: str = "c-1", resource: Resource = PARAMETER
) -> ChangeEvent:
    """How the cloud tells of the write."""
    tags = {"resourceId": resource.id, "tags": [{"key": "driftledger-canary", "value": token}]}
    return an_event(event_id=event_id, at=at, action="AddTagsToResource", resources=(resource,), request=tags)


def statuses(watch: Watch) -> list[str]:
    return [body["status"] for body in watch.bodies(EntryKind.CANARY)]


def test_a_canary_that_comes_back_is_proof_and_no_change(watch: Watch, bird: Bird) -> None:
    watch.cycle()
    [token] = bird.tokens

    watch.told(record_of(token), minute=10)
    watch.cycle(30)

    assert watch.changes() == []
    assert watch.headlines() == []
    assert watch.counts() == {Fate.CANARY: 1}
    assert watch.ledger(EntryKind.OBSERVATION) == []
    written, seen = watch.bodies(EntryKind.CANARY)
    assert (written["status"], seen["status"], seen["event"]) == ("written", "seen", "aws:c-1")
    assert seen["event_sha256"] in watch.hashes_delivered()
    assert watch.alarms() == []


def test_a_canary_is_written_as_often_as_the_policy_says(watch: Watch, bird: Bird) -> None:
    for minute in (0, 1, 59, 60, 61, 120):
        watch.cycle(minute)

    assert len(set(bird.tokens)) == 3


def test_a_canary_that_does_not_come_back_in_time_is_one_alarm_until_one_does(
    watch: Watch, bird: Bird
) -> None:
    for minute in (0, 19, 20, 25, 60, 85):
        watch.cycle(minute)
    assert watch.alarms() == ["canary-missing: prod"]
    [headline] = watch.headlines()
    assert headline.startswith(
        "the watch did not see its own write: the canary prod of 2026-11-16 12:00 UTC was due at 12:20"
    )
    assert len(watch.ledger(EntryKind.ALERT)) == 1

    watch.told(record_of(bird.tokens[-1], at=NOON + minutes(60)), minute=90)

    assert watch.alarms() == []
    assert statuses(watch) == ["written", "written", "seen"]


def test_a_canary_that_comes_late_ends_its_alarm_as_well(watch: Watch, bird: Bird) -> None:
    watch.cycle(0)
    watch.cycle(30)
    assert len(watch.alarms()) == 1

    watch.told(record_of(bird.tokens[0]), minute=40)

    assert watch.alarms() == []
    assert watch.changes() == []


def test_the_same_record_delivered_twice_is_no_change_either(watch: Watch, bird: Bird) -> None:
    watch.cycle()
    watch.told(record_of(bird.tokens[0]), minute=5)
    watch.told(record_of(bird.tokens[0]), minute=6)

    assert watch.changes() == []
    assert statuses(watch) == ["written", "seen"]


def test_nobody_hides_a_change_behind_a_token(watch: Watch, bird: Bird) -> None:
    """
    Who can read the log can copy it; but not onto anything else, and not a second time.
    """
    watch.cycle()
    [token] = bird.tokens
    group = Resource(type="aws_security_group", id="sg-0abc")

    watch.told(
        record_of(token, event_id="elsewhere", resource=group),
        record_of(token),
        record_of(token, event_id="again"),
        record_of("driftledger-canary-" + "0" * 32, event_id="made-up"),
        minute=5,
    )

    told = {write.event.event_id for row in watch.changes() for write in row.change.writes}
    assert told == {"elsewhere", "again", "made-up"}


def test_a_write_of_it_that_failed_proves_nothing(watch: Watch, bird: Bird) -> None:
    watch.cycle()
    failed = structs.replace(record_of(bird.tokens[0]), effect=Effect.FAILED, error="AccessDenied")

    watch.told(structs.replace(failed, outcome=an_event(error="AccessDenied").outcome), minute=5)

    assert statuses(watch) == ["written"]


def test_a_canary_that_cannot_be_written_is_an_alarm_and_tried_again_later(watch: Watch, bird: Bird) -> None:
    bird.is_denied = True
    watch.cycle(0)
    watch.cycle(5)
    assert watch.alarms() == ["canary-missing: prod"]
    [headline] = watch.headlines()
    assert headline.startswith("the canary prod cannot be written: ssm:AddTagsToResource is missing")

    bird.is_denied = False
    watch.cycle(20)
    watch.told(record_of(bird.tokens[0], at=NOON + minutes(20)), minute=25)

    assert watch.alarms() == []


def test_a_canary_whose_write_a_crash_cut_short_is_written_again_and_not_taken_for_unseen(
    watch: Watch, bird: Bird, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(token: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(bird, "write", crash)
        with pytest.raises(KeyboardInterrupt):
            watch.cycle(0)
    watch.cycle(1)
    [headline] = watch.headlines()
    assert headline.startswith("the canary prod cannot be written: the program was stopped meanwhile")

    watch.cycle(20)
    watch.told(record_of(bird.tokens[0], at=NOON + minutes(20)), minute=25)

    assert watch.alarms() == []


def test_a_canary_that_is_configured_no_more_alarms_no_more(database: Database, watch: Watch) -> None:
    watch.cycle(0)
    watch.cycle(30)

    Watch(database=database).cycle(31)

    assert watch.alarms() == []
