"""What the cloud vouches for is evidence; where its word does not hold, that is a gap and an alarm."""

from dataclasses import replace

import pytest

from drift.errors import ProviderUnavailableError
from drift.model.evidence import EntryKind
from drift.store.database import Database
from tests.builders import ACCOUNT, NOON, minutes
from tests.scenarios.cloud import Watch
from tests.scenarios.troubled import AttestedLog, an_hour

HOUR = 60


@pytest.fixture
def log() -> AttestedLog:
    return AttestedLog()


@pytest.fixture
def watch(database: Database, log: AttestedLog) -> Watch:
    return Watch(database=database, log=log)


def attested(watch: Watch) -> list[tuple[str, str, int]]:
    """Return the verified spans, from hour to hour, with the number of files."""
    return [
        (span["from_at"][11:16], span["to_at"][11:16], span["files"])
        for body in watch.bodies(EntryKind.ATTESTATION)
        for span in body["spans"]
    ]


def test_verified_hours_are_recorded_once_those_that_follow_one_another_as_one(
    watch: Watch, log: AttestedLog
) -> None:
    log.word = [an_hour(0), an_hour(1)]
    watch.cycle(2.5 * HOUR)
    log.word += [an_hour(2)]
    watch.cycle(3.5 * HOUR)
    watch.cycle(4.5 * HOUR)

    assert attested(watch) == [("12:00", "14:00", 4), ("14:00", "15:00", 2)]
    assert watch.alarms() == []


def test_the_cloud_is_asked_once_an_hour_for_what_is_not_known_yet(watch: Watch, log: AttestedLog) -> None:
    log.word = [an_hour(0)]
    for minute in (90, 100, 149, 150):
        watch.cycle(minute)

    assert log.asked == [NOON + minutes(90 - 24 * HOUR), NOON + minutes(HOUR)]


def test_a_broken_hour_is_a_gap_and_an_alarm_of_its_place(watch: Watch, log: AttestedLog) -> None:
    log.word = [
        an_hour(0),
        an_hour(1, problem="the file a.json.gz was altered"),
        an_hour(1, region="us-east-1"),
    ]
    for hour in (2.5, 3.5, 4.5):
        watch.cycle(hour * HOUR)

    assert watch.alarms() == [f"log-integrity: trail: account {ACCOUNT} eu-west-1"]
    [headline] = watch.headlines()
    assert "2026-11-16 13:00 UTC to 2026-11-16 14:00 UTC: the file a.json.gz was altered" in headline
    [gap] = watch.bodies(EntryKind.GAP)
    assert (gap["file"], gap["account"], gap["region"]) == (
        "s3://trail/digest-1.json.gz",
        ACCOUNT,
        "eu-west-1",
    )
    assert len(watch.ledger(EntryKind.ALERT)) == 1


def test_a_digest_that_was_missing_and_comes_late_ends_both(watch: Watch, log: AttestedLog) -> None:
    log.word = [an_hour(0), an_hour(1, problem="its digest is missing"), an_hour(2)]
    watch.cycle(3.5 * HOUR)
    log.word[1] = an_hour(1)

    watch.cycle(4.5 * HOUR)

    assert watch.alarms() == []
    assert [body["status"] for body in watch.bodies(EntryKind.GAP)] == ["open", "closed"]
    assert attested(watch) == [("12:00", "13:00", 2), ("14:00", "15:00", 2), ("13:00", "14:00", 2)]


def test_what_is_broken_for_good_is_not_asked_for_again_for_ever(watch: Watch, log: AttestedLog) -> None:
    """
    Each time, all files since then would be read once more.
    """
    log.word = [an_hour(0), an_hour(1, problem="the file a.json.gz was altered"), an_hour(2)]
    for hour in (3.5, 20, 40):
        watch.cycle(hour * HOUR)

    assert log.asked[1:] == [NOON + minutes(HOUR), NOON + minutes(3 * HOUR)]
    assert len(watch.alarms()) == 1


def test_hours_without_a_digest_are_one_gap_and_each_is_verified_when_they_come(
    watch: Watch, log: AttestedLog
) -> None:
    """
    While none comes the cloud's word ends; whoever reads it says so anew, with a later end, each time.
    """
    log.word = [an_hour(0)]
    watch.cycle(1.5 * HOUR)
    for hour in (4, 5):
        missing = an_hour(1, problem="no digest was written since")
        log.word = [an_hour(0), replace(missing, to_at=NOON + minutes((hour - 1) * HOUR))]
        watch.cycle(hour * HOUR)
    assert len(watch.alarms()) == 1
    assert len(watch.bodies(EntryKind.GAP)) == 1

    log.word = [an_hour(number) for number in range(6)]
    watch.cycle(6.5 * HOUR)

    assert watch.alarms() == []
    assert attested(watch) == [("12:00", "13:00", 2), ("13:00", "18:00", 10)]


def test_hours_that_were_missing_in_the_middle_are_each_verified_when_they_come(
    watch: Watch, log: AttestedLog
) -> None:
    missing = replace(an_hour(1, problem="its digests are missing"), to_at=NOON + minutes(3 * HOUR))
    log.word = [an_hour(0), missing, an_hour(3)]
    watch.cycle(4.5 * HOUR)

    log.word = [an_hour(number) for number in range(4)]
    watch.cycle(5.5 * HOUR)

    assert attested(watch) == [("12:00", "13:00", 2), ("15:00", "16:00", 2), ("13:00", "15:00", 4)]


def test_what_cannot_be_asked_is_a_problem_and_what_came_before_it_stands(
    database: Database, watch: Watch, log: AttestedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = log.attested

    def breaks_off(since):  # type: ignore[no-untyped-def]
        yield from said(since)
        raise ProviderUnavailableError("the bucket does not answer", hint="wait")

    log.word = [an_hour(0)]
    monkeypatch.setattr(log, "attested", breaks_off)

    assert watch.problems(2.5 * HOUR) == ("trail: the bucket does not answer (wait)",)
    assert attested(watch) == [("12:00", "13:00", 2)]


def test_a_region_that_is_given_up_does_not_have_the_others_verified_again(
    watch: Watch, log: AttestedLog
) -> None:
    """
    Each verification reads every file again: seven days of an organisation, each hour.
    """
    log.word = [an_hour(0), an_hour(0, region="us-east-1")]
    watch.cycle(1.5 * HOUR)

    for hour in range(1, 30):
        log.word += [an_hour(hour)]
        before = log.verified
        watch.cycle((hour + 1.7) * HOUR)
        assert log.verified == before + 1


def test_two_trails_over_one_account_have_a_gap_each(watch: Watch, log: AttestedLog) -> None:
    """
    The word of one fills no gap of the other.
    """
    missing = "its digest is missing"
    log.word = [
        an_hour(0),
        an_hour(0, trail="own"),
        an_hour(1, problem=missing),
        an_hour(1, problem=missing, trail="own"),
    ]
    watch.cycle(2.5 * HOUR)
    first, second = watch.bodies(EntryKind.GAP)
    assert first["gap_id"] != second["gap_id"]

    log.word[2] = an_hour(1)
    watch.cycle(3.6 * HOUR)

    *_, closed = watch.bodies(EntryKind.GAP)
    assert (closed["status"], len(watch.bodies(EntryKind.GAP))) == ("closed", 3)
    assert len(watch.alarms()) == 1
    log.word[3] = an_hour(1, trail="own")
    watch.cycle(4.7 * HOUR)
    assert watch.alarms() == []


def test_a_trail_that_lags_behind_another_is_vouched_for_all_the_same(watch: Watch, log: AttestedLog) -> None:
    log.word = [an_hour(0), an_hour(1), an_hour(0, trail="own")]
    watch.cycle(2.5 * HOUR)
    log.word += [an_hour(1, trail="own")]

    watch.cycle(3.6 * HOUR)

    spans = [span for body in watch.bodies(EntryKind.ATTESTATION) for span in body["spans"]]
    assert sorted((one["trail"], one["from_at"][11:16], one["to_at"][11:16]) for one in spans) == [
        ("org", "12:00", "14:00"),
        ("own", "12:00", "13:00"),
        ("own", "13:00", "14:00"),
    ]
