"""The weekly report's numbers, from stores that were filled as the pipeline fills them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from drift.model.alarm import SILENT_ACCOUNT, Alarm
from drift.model.coverage import Attestation, Gap, GapKind
from drift.model.enrolment import SEVERITIES_DUE, EnrolmentRules, Mode, Opening
from drift.model.environment import Environment
from drift.model.judgement import Judgement
from drift.model.missing import Missing
from drift.model.resource import Resource
from drift.model.ticket import Coverage, TicketMatch
from drift.model.verdict import ActorKind, Channel, Confidence, Disposition, Lane, Severity
from drift.reports.week import Week
from drift.reports.weekly.facts import WeeklySettings, read_facts
from drift.reports.weekly.numbers import weekly_report
from drift.reports.weekly.report import Figure, WeeklyReport
from drift.stages.alarm import end_alarm, raise_alarm
from drift.stages.decide import DecisionRules
from drift.stages.record import record_attestations
from drift.stages.record.gaps import open_gap
from drift.store.database import Database
from tests.builders import (
    ACCOUNT,
    NOON,
    a_classification,
    a_finding,
    a_judgement,
    a_match,
    a_standing,
    a_ticket,
    a_write,
    an_actor,
    an_event,
)
from tests.world import World

WEEK = Week(year=2026, number=47)
SUNDAY = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BUCKET = Resource(type="aws_s3_bucket", id="example-logs")

SETTINGS = WeeklySettings(
    organisation="example",
    sources=("trail",),
    has_notifier=True,
    decision=DecisionRules(),
    configuration_sha256="c" * 64,
    tool_version="driftledger 0.1.0",
)


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return World(database=sqlite_database)


def report_of(
    world: World, *, week: Week = WEEK, now: datetime = SUNDAY, settings: WeeklySettings = SETTINGS
) -> WeeklyReport:
    with world.database.reading() as connection:
        return weekly_report(read_facts(connection, week, now, settings))


def an_environment(name: str, *, is_production: bool) -> DecisionRules:
    pattern = re.compile(ACCOUNT)
    return DecisionRules(
        environments=(Environment(name=name, accounts=(pattern,), is_production=is_production),)
    )


def approved(coverage: Coverage, *, at: datetime) -> TicketMatch:
    return replace(a_match(coverage, ticket=a_ticket()), approved_at=at, approver="erin@example.com")


def test_manual_writes_are_counted_by_write_and_unticketed_by_change(database: Database) -> None:
    world = World(database=database)
    world.happened("opened tcp/22", "opened tcp/23", judged=a_judgement())
    world.happened("made public", resource=BUCKET, judged=a_judgement(Disposition.AUTHORISED, alert=False))
    world.happened(
        channel=Channel.PIPELINE, by="deploy", judged=a_judgement(Disposition.AUTHORISED, alert=False)
    )

    report = report_of(world)

    assert report.manual_writes.now == 3
    assert report.manual_changes == 2
    assert report.unticketed.now == 1
    assert report.changes == 3


def test_a_write_to_two_resources_is_one_write_and_two_changes(world: World) -> None:
    group = Resource(type="aws_security_group", id="sg-1")
    world.happened(writes=[a_write(an_event(resources=(group, BUCKET)))])

    report = report_of(world)

    assert report.manual_writes.now == 1
    assert report.manual_changes == 2


def test_somebody_unknown_is_taken_for_a_person(world: World) -> None:
    world.happened(channel=Channel.UNKNOWN, by="AIDAEXAMPLE")

    assert report_of(world).manual_writes.now == 1


def test_what_the_cloud_did_by_itself_is_no_change_of_anybody(world: World) -> None:
    explained = a_judgement(Disposition.EXPLAINED, alert=False, severity=Severity.LOW)
    world.happened(channel=Channel.SERVICE, by="autoscaling.amazonaws.com", judged=explained)

    report = report_of(world)

    assert report.changes == 0
    assert report.production_changes.now == 0


def test_only_what_began_in_the_week_counts_and_the_week_before_is_compared(world: World) -> None:
    world.happened("one", "two", at=NOON - 7 * DAY, judged=a_judgement())
    world.happened(at=NOON, judged=a_judgement())
    world.happened(at=NOON + 7 * DAY, judged=a_judgement())

    report = report_of(world, now=NOON + 20 * DAY)

    assert report.manual_writes == Figure(now=1, before=2)
    assert report.unticketed == Figure(now=1, before=1)


def test_nothing_is_compared_with_a_week_of_which_nothing_was_read(world: World) -> None:
    world.happened(judged=a_judgement())

    assert report_of(world).manual_writes.before is None


def test_emergencies_are_counted_among_the_changes_of_production(world: World) -> None:
    world.happened(judged=a_judgement(Disposition.EMERGENCY))
    world.happened(resource=BUCKET, by="bob@example.com", judged=a_judgement())

    report = report_of(world, settings=replace(SETTINGS, decision=an_environment("prod", is_production=True)))

    assert report.emergencies.now == 1
    assert report.production_changes.now == 2


def test_use_of_emergency_access_is_an_emergency_whatever_ticket_covers_it(world: World) -> None:
    used = a_write(classification=a_classification(lane=Lane.EMERGENCY))
    world.happened(writes=[used], judged=a_judgement(Disposition.AUTHORISED, severity=Severity.CRITICAL))

    report = report_of(world)

    assert report.emergencies.now == 1
    assert [action.missing for action in report.actions] == [(Missing.REVIEW,)]


def test_a_change_outside_production_is_no_emergency_of_production(world: World) -> None:
    world.happened(judged=a_judgement(Disposition.EMERGENCY))

    report = report_of(world, settings=replace(SETTINGS, decision=an_environment("lab", is_production=False)))

    assert report.emergencies.now == 0
    assert report.production_changes.now == 0


def test_open_drift_counts_what_was_open_at_the_end_and_at_the_beginning(world: World) -> None:
    world.compared(a_finding("old"), a_finding("gone"), at=NOON - 7 * DAY)
    world.happened(at=NOON - 7 * DAY)
    world.compared(a_finding("old"), a_finding("new"), at=NOON + DAY)

    report = report_of(world)

    assert report.open_drift == Figure(now=2, before=2)
    assert report.oldest_drift_at == NOON - 7 * DAY


def test_drift_is_as_old_as_the_last_write_before_it_was_seen(world: World) -> None:
    change = world.happened(
        at=NOON, by="bob@example.com", judged=a_judgement(Disposition.AUTHORISED, alert=False)
    )
    keys = tuple(write.event.key for write in change.writes)
    world.compared(replace(a_finding(), explained_by=keys), at=NOON + 2 * DAY)

    report = report_of(world)

    (action,) = report.actions
    assert action.since == report.oldest_drift_at == NOON
    assert (action.what, action.who) == ("differs from the code: ingress", "bob@example.com")


def test_drift_without_a_known_write_says_so(world: World) -> None:
    world.compared(a_finding())

    (action,) = report_of(world).actions

    assert (action.what, action.who) == ("differs from the code: ingress", None)


@pytest.mark.parametrize(
    ("judgement", "missing"),
    [
        (a_judgement(), (Missing.TICKET,)),
        (a_judgement(match=a_match(Coverage.NOT_APPROVED, ticket=a_ticket())), (Missing.APPROVAL,)),
        (a_judgement(Disposition.PENDING, match=a_match(Coverage.NOT_EVALUABLE)), (Missing.ANSWER,)),
        (
            a_judgement(Disposition.RETROACTIVE, match=a_match(Coverage.AFTERWARDS, ticket=a_ticket())),
            (Missing.APPROVAL,),
        ),
        (a_judgement(Disposition.EMERGENCY), (Missing.REVIEW,)),
        (a_judgement(standing=a_standing(a_finding())), (Missing.TICKET, Missing.CODE)),
    ],
)
def test_each_action_says_what_is_missing(
    world: World, judgement: Judgement, missing: tuple[Missing, ...]
) -> None:
    world.happened(judged=judgement)

    (action,) = report_of(world).actions

    assert action.missing == missing


def test_what_nobody_had_to_know_of_needs_nobody(world: World) -> None:
    world.happened("stopped the instance", judged=a_judgement(alert=False, severity=Severity.LOW))

    report = report_of(world)

    assert report.actions == ()
    assert report.unticketed.now == 1


def test_what_is_only_observed_needs_somebody_all_the_same_and_is_counted(world: World) -> None:
    judged = a_judgement(alert=False)
    withheld = replace(judged, decision=replace(judged.decision, is_withheld=True))
    world.happened(judged=withheld)

    report = report_of(world)

    assert [action.missing for action in report.actions] == [(Missing.TICKET,)]
    assert report.first_days.withheld == 1


def test_what_was_made_before_the_watch_is_counted_apart(world: World) -> None:
    world.happened(judged=a_judgement(Disposition.BEFORE_ENROLMENT, alert=False))

    report = report_of(world)

    assert (report.changes, report.manual_changes, report.actions) == (0, 0, ())
    assert report.first_days.made_before == 1


def test_the_opening_register_is_no_open_drift_until_it_is_overdue(world: World) -> None:
    rules = EnrolmentRules(mode=Mode.OBSERVE, due={**SEVERITIES_DUE, Severity.HIGH: 2 * DAY})
    opening = Opening(baselines=frozenset({"prod"}), rules=rules)
    world.compared(a_finding("f-high"), a_finding("f-low", severity=Severity.LOW), opening=opening)

    young, old = report_of(world, now=NOON + DAY), report_of(world)

    assert (young.open_drift.now, young.oldest_drift_at, young.actions) == (0, None, ())
    assert (young.first_days.register, young.first_days.register_worst) == (2, 1)
    assert young.first_days.first_due_at == NOON + 2 * DAY
    assert (old.open_drift.now, old.first_days.overdue) == (0, 1)
    [action] = old.actions
    assert (action.ref, action.due_at) == ("f-high", NOON + 2 * DAY)


def test_the_ticket_is_due_when_the_policy_says(world: World) -> None:
    world.happened(at=NOON, judged=a_judgement())

    (action,) = report_of(world).actions

    assert action.due_at == NOON + SETTINGS.decision.answer_deadline


def test_the_worst_comes_first_and_of_these_the_oldest(world: World) -> None:
    for day, severity in enumerate([Severity.MEDIUM, Severity.CRITICAL, Severity.CRITICAL]):
        world.happened(at=NOON + day * DAY, judged=a_judgement(severity=severity))

    actions = report_of(world).actions

    assert [(action.severity, action.since) for action in actions] == [
        (Severity.CRITICAL, NOON + DAY),
        (Severity.CRITICAL, NOON + 2 * DAY),
        (Severity.MEDIUM, NOON),
    ]


def test_what_an_earlier_week_left_open_still_needs_somebody(world: World) -> None:
    world.happened(at=NOON - 60 * DAY, judged=a_judgement())

    report = report_of(world)

    assert len(report.actions) == 1
    assert report.unticketed.now == 0


def test_drift_of_a_change_that_is_listed_is_not_listed_once_more(world: World) -> None:
    world.compared(a_finding())
    world.happened(judged=a_judgement(standing=a_standing(a_finding())))

    assert len(report_of(world).actions) == 1


@pytest.mark.parametrize("confidence", [Confidence.MEDIUM, Confidence.LOW])
def test_nobody_is_named_where_the_log_leaves_doubt(world: World, confidence: Confidence) -> None:
    doubtful = a_write(actor=an_actor("mallory@example.com", confidence=confidence))
    world.happened(writes=[doubtful], judged=a_judgement())

    (action,) = report_of(world).actions

    assert (action.who, action.what) == ("somebody", "opened tcp/22 to 0.0.0.0/0")


def test_a_machine_is_named_whatever_the_doubt(world: World) -> None:
    machine = an_actor("cleanup", kind=ActorKind.MACHINE, confidence=Confidence.MEDIUM)
    world.happened(writes=[a_write(actor=machine)], judged=a_judgement())

    (action,) = report_of(world).actions

    assert action.who == "cleanup"


def test_drift_of_another_resource_with_the_same_id_is_listed_beside_the_change(world: World) -> None:
    policy = Resource(type="aws_s3_bucket_policy", id=BUCKET.id)
    world.compared(a_finding(resource=BUCKET, address="aws_s3_bucket.logs"))
    world.happened(resource=policy, judged=a_judgement())

    assert {action.resource for action in report_of(world).actions} == {
        "aws_s3_bucket.logs",
        "aws_s3_bucket_policy example-logs",
    }


@pytest.mark.parametrize("disposition", [Disposition.PENDING, Disposition.UNTICKETED])
def test_a_change_that_is_not_due_yet_is_pending(world: World, disposition: Disposition) -> None:
    world.happened(judged=a_judgement(disposition))

    (action,) = report_of(world).actions

    assert action.is_pending is (disposition is Disposition.PENDING)


def test_what_was_approved_afterwards_is_closed_with_who_did_it(world: World) -> None:
    match = approved(Coverage.AFTERWARDS, at=NOON + DAY)
    world.happened(judged=a_judgement(Disposition.RETROACTIVE, match=match))

    report = report_of(world)

    assert report.actions == ()
    assert [one.how for one in report.closed] == ["retroactive: OPS-1, approved by erin@example.com"]


def test_drift_that_is_gone_is_closed(world: World) -> None:
    world.compared(a_finding(), at=NOON)
    world.compared(at=NOON + DAY)

    report = report_of(world)

    assert report.open_drift.now == 0
    assert [(one.at, one.how) for one in report.closed] == [(NOON + DAY, "code and cloud agree again")]


def test_the_most_changed_resources_are_counted_by_hand_only(world: World) -> None:
    for day in range(2):
        world.happened(at=NOON + day * DAY, resource=BUCKET)
    world.happened("one", "two")
    world.happened(by="deploy", channel=Channel.PIPELINE)

    changed = report_of(world).changed_resources

    assert [(one.name, one.changes, one.writes) for one in changed] == [
        ("aws_s3_bucket example-logs", 2, 2),
        ("aws_security_group sg-0abc", 1, 2),
    ]


def test_resources_whose_long_ids_end_alike_are_counted_apart(world: World) -> None:
    for group in ("shop", "shop-test"):
        machine = f"/subscriptions/1/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/web"
        world.happened(resource=Resource(type="azurerm_linux_virtual_machine", id=machine))

    changed = report_of(world).changed_resources

    name = "azurerm_linux_virtual_machine …/virtualMachines/web"
    assert [(one.name, one.changes) for one in changed] == [(name, 1), (name, 1)]


def test_everything_was_seen_when_every_source_was_read_and_everything_compared(world: World) -> None:
    world.happened(at=NOON - DAY)
    world.happened()
    world.read(up_to=SUNDAY)
    world.compared(at=SUNDAY)

    assert report_of(world).seen.is_everything


def test_minutes_count_as_covered_from_the_oldest_record_to_how_far_the_source_was_read(
    world: World,
) -> None:
    world.happened(at=NOON)
    world.read(up_to=NOON + DAY)

    report = report_of(world, now=SUNDAY + 2 * DAY)

    assert (report.seen.watch.covered, report.seen.watch.of) == (24 * 60, 7 * 24 * 60)
    assert not report.seen.is_everything_read


def test_while_the_week_lasts_sources_may_be_some_minutes_behind(world: World) -> None:
    world.happened(at=NOON - DAY)
    world.read(up_to=SUNDAY - timedelta(minutes=20))

    assert report_of(world).seen.watch.is_complete
    assert not report_of(world, now=SUNDAY + timedelta(hours=2)).seen.watch.is_complete


def test_a_gap_that_nobody_filled_is_not_covered(world: World) -> None:
    world.happened(at=NOON - DAY)
    world.read(up_to=SUNDAY)
    lost = Gap(
        kind=GapKind.LOST,
        source="trail",
        error="it was not read for longer than it keeps what it delivers",
        owner=None,
        opened_at=NOON,
        from_at=NOON,
        to_at=NOON + timedelta(hours=1),
    )
    with world.database.transaction() as connection:
        open_gap(connection, "gap-1", lost, NOON)

    watch = report_of(world).seen.watch

    assert watch.of - watch.covered == 60
    assert watch.open_gaps == 1


def test_an_unreadable_record_and_an_outage_are_counted_apart(database: Database) -> None:
    world = World(database=database)
    world.happened()
    world.unreadable()
    world.cannot_be_read()

    seen = report_of(world).seen

    assert (seen.unreadable, seen.outages) == (1, 1)
    assert seen.records == 2
    assert [(one.file, one.index, one.error) for one in seen.unread] == [
        ("trail/a.json.gz", 3, "half a line")
    ]
    assert seen.sources[0].outage == "the bucket does not answer"
    assert not seen.is_everything_read


def test_a_source_that_delivered_nothing_is_not_covered(world: World) -> None:
    world.happened()

    seen = report_of(world, settings=replace(SETTINGS, sources=("trail", "org"))).seen

    assert [(source.name, source.records) for source in seen.sources] == [("org", 0), ("trail", 1)]
    assert not seen.is_everything_read


def test_a_comparison_that_is_too_old_covers_nothing(world: World) -> None:
    world.compared(at=SUNDAY - 3 * DAY, declared=2)

    seen = report_of(world).seen

    assert (seen.declared, seen.compared) == (2, 0)


def test_what_could_not_be_compared_is_not_covered(world: World) -> None:
    world.compared(at=SUNDAY, declared=3, not_compared=1)

    seen = report_of(world).seen

    assert (seen.declared, seen.compared) == (3, 2)


def test_alerts_are_counted_by_what_became_of_them(world: World) -> None:
    judged = world.judged(world.happened(at=NOON))
    world.told(judged, at=NOON)
    world.told(judged, at=NOON + DAY, is_down=True)

    alerts = report_of(world).alerts

    assert (alerts.sent, alerts.waiting, alerts.dead) == (1, 1, 0)


def test_a_past_week_reads_the_same_whenever_it_is_asked_for(world: World) -> None:
    world.happened(judged=a_judgement())
    world.compared(a_finding(), at=SUNDAY)
    world.sealed(at=SUNDAY)

    assert report_of(world, now=SUNDAY + 2 * DAY) == report_of(world, now=SUNDAY + 99 * DAY)


def test_the_alarms_that_stood_in_the_week_are_listed_those_that_stand_first(world: World) -> None:
    def an_alarm(subject: str) -> Alarm:
        return Alarm(
            slug=SILENT_ACCOUNT, subject=subject, text=subject, hint="", severity=Severity.HIGH, since=NOON
        )

    with world.database.transaction() as connection:
        for subject, began, ended in (
            ("before", -9, -8),
            ("into the week", -1, 1),
            ("within", 1, 2),
            ("still", 2, None),
            ("until later", 0, 12),
            ("after", 8, None),
        ):
            raise_alarm(connection, [], an_alarm(subject), NOON + began * DAY)
            if ended is not None:
                end_alarm(connection, [], SILENT_ACCOUNT, subject, NOON + ended * DAY)

    seen = report_of(world).seen

    assert [(one.text, one.ended_at is None) for one in seen.alarms] == [
        ("until later", True),
        ("still", True),
        ("into the week", False),
        ("within", False),
    ]
    assert not seen.is_everything_read


def test_what_the_cloud_vouched_for_in_the_week_is_counted_by_source_and_what_it_did_not_is_named(
    world: World,
) -> None:
    span = Attestation(
        account=ACCOUNT, region="eu", from_at=NOON, to_at=NOON + DAY / 24, document="digest", files=3
    )
    later = replace(span, from_at=span.to_at, to_at=span.to_at + DAY / 24)
    broken = replace(later, from_at=later.to_at, problem="a.gz was altered")
    with world.database.transaction() as connection:
        record_attestations(connection, "trail", [span, later, broken], None, NOON + DAY)
        record_attestations(connection, "old", [span], None, NOON - 9 * DAY)

    seen = report_of(world).seen

    assert seen.verified == (("trail", 6),)
    assert seen.broken == (f"trail, account {ACCOUNT} eu: a.gz was altered",)
    assert (seen.unreadable, seen.outages) == (0, 0)
