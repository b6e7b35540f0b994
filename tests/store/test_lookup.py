"""What people look up, on both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from drift.model.event import Fate
from drift.model.finding import FindingKind
from drift.model.judgement import Judgement
from drift.model.resource import Resource
from drift.model.verdict import Disposition, Severity
from drift.store import lookup
from drift.store.addresses import declared_as
from drift.store.database import Database
from drift.store.findings import FindingRow, findings_on
from drift.store.tally import Tally
from tests.builders import ACCOUNT, NOON, SECURITY_GROUP, a_finding, a_judgement, an_event
from tests.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BUCKET = Resource(type="aws_s3_bucket", id="example-logs")
DECLARED = Resource(type="aws_security_group", id="sg-declared-0")


@pytest.fixture
def world(database: Database) -> World:
    return World(database=database)


def test_changes_are_found_by_when_they_began_and_how_they_stand(world: World) -> None:
    world.happened(at=NOON, judged=a_judgement())
    wanted = world.happened(at=NOON + DAY, judged=a_judgement())
    unjudged = world.happened(at=NOON + DAY + HOUR)
    world.happened(at=NOON + 2 * DAY, judged=a_judgement())

    with world.database.reading() as connection:
        between = list(lookup.changes_between(connection, NOON + HOUR, NOON + 2 * DAY))
        pending = list(lookup.changes_between(connection, None, None, [Disposition.PENDING]))

    assert [row.change.change_id for row in between] == [wanted.change_id, unjudged.change_id]
    assert [row.change.change_id for row in pending] == [unjudged.change_id]


@pytest.mark.parametrize(
    ("judgement", "is_reported"),
    [
        (a_judgement(Disposition.UNTICKETED), True),
        (a_judgement(Disposition.AUTHORISED, severity=Severity.CRITICAL), True),
        (a_judgement(Disposition.AUTHORISED, severity=Severity.LOW), False),
    ],
)
def test_an_old_change_is_reported_while_it_may_need_somebody(
    world: World, judgement: Judgement, is_reported: bool
) -> None:
    world.happened(at=NOON - 30 * DAY, judged=judgement)

    with world.database.reading() as connection:
        found = list(lookup.changes_to_report(connection, NOON, NOON + DAY))

    assert bool(found) is is_reported


def test_an_old_change_to_a_resource_that_drifts_is_reported(world: World) -> None:
    world.happened(at=NOON - 30 * DAY, judged=a_judgement(Disposition.AUTHORISED, severity=Severity.LOW))
    world.compared(a_finding())

    with world.database.reading() as connection:
        assert list(lookup.changes_to_report(connection, NOON, NOON + DAY))


def test_changes_are_found_that_lie_in_a_span_or_reach_into_it(world: World) -> None:
    """
    Writes a minute apart: of three changes the first ends before the span, the last begins after it.
    """
    world.happened("one", "two", by="alice@example.com", at=NOON)
    reaching = world.happened("one", "two", "three", by="bob@example.com", at=NOON)
    inside = world.happened(by="carol@example.com", at=NOON + HOUR)
    world.happened(by="dave@example.com", at=NOON + HOUR + timedelta(seconds=1))

    with world.database.reading() as connection:
        found = list(lookup.changes_in(connection, NOON + timedelta(minutes=2), NOON + HOUR))

    assert [row.change.change_id for row in found] == [reaching.change_id, inside.change_id]


def test_changes_are_found_by_their_events_each_once(world: World) -> None:
    change = world.happened("one", "two")
    world.happened(resource=BUCKET, by="bob@example.com")

    with world.database.reading() as connection:
        found = lookup.changes_with(connection, [write.event.key for write in change.writes])

    assert [row.change.change_id for row in found] == [change.change_id]


def test_ids_are_found_by_their_beginning_and_a_whole_one_is_never_ambiguous(world: World) -> None:
    world.compared(a_finding("f00"), a_finding("f00d", resource=BUCKET), a_finding("f%", address="x"))

    with world.database.reading() as connection:
        assert lookup.finding_ids(connection, "f0", 9) == ["f00", "f00d"]
        assert lookup.finding_ids(connection, "f00", 9) == ["f00"]
        assert lookup.finding_ids(connection, "f%", 9) == ["f%"]
        assert lookup.finding_ids(connection, "f_", 9) == []
        assert lookup.finding_ids(connection, "f", 2) == ["f%", "f00"]
        assert lookup.change_ids(connection, "chg", 9) == []


def test_findings_are_found_by_kind_and_status(world: World) -> None:
    world.compared(a_finding("gone"), at=NOON)
    world.compared(a_finding("drifted"), a_finding("missing", kind=FindingKind.MISSING), at=NOON + HOUR)

    with world.database.reading() as connection:
        open_ones = [row.finding.finding_id for row in lookup.findings_of(connection)]
        everything = [row.finding.finding_id for row in lookup.findings_of(connection, with_resolved=True)]
        missing = [row.finding.finding_id for row in lookup.findings_of(connection, [FindingKind.MISSING])]

    assert (open_ones, missing) == (["drifted", "missing"], ["missing"])
    assert everything == ["gone", "drifted", "missing"]


def test_the_worst_findings_come_first_and_of_these_the_oldest(world: World) -> None:
    low = replace(a_finding("low"), severity=Severity.LOW)
    world.compared(low, a_finding("z-older"), at=NOON)
    critical = replace(a_finding("critical"), severity=Severity.CRITICAL)
    world.compared(low, a_finding("z-older"), a_finding("a-newer"), critical, at=NOON + HOUR)

    with world.database.reading() as connection:
        found = [row.finding.finding_id for row in lookup.findings_of(connection)]

    assert found == ["critical", "z-older", "a-newer", "low"]


def test_two_resources_with_one_id_are_two_where_the_code_declares_the_type(world: World) -> None:
    policy = Resource(type="aws_s3_bucket_policy", id=DECLARED.id)
    world.compared(a_finding("mine", resource=DECLARED), a_finding("other", resource=policy))

    with world.database.reading() as connection:
        of_declared = findings_about(connection, DECLARED, ACCOUNT)
        of_undeclared = findings_about(connection, policy, ACCOUNT)

    assert [row.finding.finding_id for row in of_declared] == ["mine"]
    assert [row.finding.finding_id for row in of_undeclared] == ["mine", "other"]


def test_a_resource_of_another_account_is_another_one(world: World) -> None:
    world.compared(a_finding("f-1"))

    with world.database.reading() as connection:
        assert findings_about(connection, SECURITY_GROUP, ACCOUNT)
        assert findings_about(connection, SECURITY_GROUP, None)
        assert not findings_about(connection, SECURITY_GROUP, "444455556666")


def test_records_are_counted_by_source_in_whole_hours(world: World) -> None:
    world.happened("one", "two", at=NOON)
    world.happened(at=NOON + HOUR)

    with world.database.reading() as connection:
        assert lookup.records_read(connection, NOON, NOON + HOUR) == {"trail": 2}
        assert lookup.has_writes(connection, NOON + HOUR, NOON + 2 * HOUR)
        assert not lookup.has_writes(connection, NOON + 2 * HOUR, NOON + 3 * HOUR)


def test_writes_that_the_policy_leaves_out_are_counted_by_the_hour(world: World) -> None:
    tally = Tally("trail")
    for hours, fate in ((0, Fate.EXCLUDED), (0, Fate.CHANGE), (1, Fate.EXCLUDED), (2, Fate.EXCLUDED)):
        tally.count(an_event(at=NOON + hours * HOUR), fate)
    with world.database.transaction() as connection:
        tally.keep(connection)

        assert lookup.writes_excluded(connection, NOON, NOON + 2 * HOUR) == 2
        assert lookup.writes_excluded(connection, NOON + 3 * HOUR, NOON + 4 * HOUR) == 0


def test_only_fresh_comparisons_count(world: World) -> None:
    world.compared(at=NOON, declared=3, not_compared=1)

    with world.database.reading() as connection:
        assert lookup.declared_and_compared(connection, NOON) == (3, 2)
        assert lookup.declared_and_compared(connection, NOON + HOUR) == (3, 0)


def test_alerts_are_found_by_session_and_counted_by_when_they_were_accepted(world: World) -> None:
    judged = world.judged(world.happened())
    world.told(judged, at=NOON)
    world.told(judged, at=NOON + HOUR, is_down=True)

    with world.database.reading() as connection:
        alerts = lookup.alerts_about(connection, judged.change.session_id)
        sent = lookup.alerts_sent(connection, NOON, NOON + DAY)

    assert [(alert.status, alert.attempts) for alert in alerts] == [("sent", 1), ("queued", 1)]
    assert sent == 1


def findings_about(connection: Connection, resource: Resource, account: str | None) -> list[FindingRow]:
    """Every finding there was on a resource that a call names."""
    return findings_on(connection, resource, declared_as(connection, resource, account), account)
