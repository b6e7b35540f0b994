import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from drift.model.change import Change
from drift.model.environment import Environment
from drift.model.event import Effect, Risk
from drift.model.finding import Standing
from drift.model.resource import Resource
from drift.model.ticket import Coverage
from drift.model.verdict import ActorKind, Channel, Decision, Disposition, Lane, Severity
from drift.own_resources import own_resource
from drift.stages.decide import DecisionRules, answer_due_at, decide
from tests.builders import (
    ACCOUNT,
    NOON,
    a_change,
    a_classification,
    a_finding,
    a_match,
    a_standing,
    a_write,
    an_actor,
    an_event,
    minutes,
)

SECOND = timedelta(seconds=1)
SETTLED = NOON + minutes(10)
DUE = NOON + minutes(240)

PEOPLE = [Channel.CONSOLE, Channel.MANUAL, Channel.UNKNOWN]
MACHINES = [Channel.PIPELINE, Channel.AUTOMATION]

ROOT = Risk(slug="root-user", text="the root user acted")
BLINDS = Risk(slug="blinds-monitoring", text="changes what CloudTrail records")
PUBLIC = Risk(slug="public-access", text="lets anybody in: roles/viewer to allUsers")
OPEN = Risk(slug="open-to-the-world", text="lets 0.0.0.0/0 reach tcp/22")
ESCALATION = Risk(slug="privilege-escalation", text="grants administrator rights")

DEV = Environment(name="dev", accounts=(re.compile(ACCOUNT),), is_production=False)
UNKNOWN_STANDING = Standing()


def a_change_by(
    *channels: Channel,
    effects: Sequence[Effect] = (Effect.WRITE,),
    risks: Sequence[Risk] = (),
    lane: Lane = Lane.INFRASTRUCTURE,
    account: str | None = ACCOUNT,
) -> Change:
    """A change at noon with a write for each channel and effect."""
    found = [a_classification(channel=channel, lane=lane) for channel in channels or (Channel.CONSOLE,)]
    return a_change(
        *(
            a_write(an_event(effect=effect, risks=risks, account=account), classification=each)
            for each in found
            for effect in effects
        )
    )


def decision(
    change: Change,
    coverage: Coverage = Coverage.NONE,
    *,
    standing: Standing = UNKNOWN_STANDING,
    environments: Sequence[Environment] = (),
    now: datetime = NOON,
) -> Decision:
    rules = DecisionRules(environments=tuple(environments))
    return decide(change, a_match(coverage), standing, rules, now)


# How it stands


@pytest.mark.parametrize("now", [NOON, SETTLED, DUE, DUE + minutes(60 * 24)])
@pytest.mark.parametrize("channel", [*PEOPLE, *MACHINES])
@pytest.mark.parametrize(
    ("coverage", "disposition", "alert"),
    [
        (Coverage.APPROVED_BEFORE, Disposition.AUTHORISED, False),
        (Coverage.NOT_ASKED, Disposition.AUTHORISED, False),
        (Coverage.DECLARED_INCIDENT, Disposition.EMERGENCY, True),
        (Coverage.AFTERWARDS, Disposition.RETROACTIVE, True),
    ],
)
def test_what_covers_a_change_decides_at_any_time_through_any_channel(
    coverage: Coverage, disposition: Disposition, alert: bool, channel: Channel, now: datetime
) -> None:
    found = decision(a_change_by(channel), coverage, now=now)

    assert (found.disposition, found.alert) == (disposition, alert)


@pytest.mark.parametrize("coverage", [Coverage.NONE, Coverage.NOT_APPROVED])
@pytest.mark.parametrize(
    ("channel", "now", "disposition", "alert"),
    [
        *((channel, NOON, Disposition.PENDING, True) for channel in PEOPLE),
        *((channel, DUE - SECOND, Disposition.PENDING, True) for channel in PEOPLE),
        *((channel, DUE, Disposition.UNTICKETED, True) for channel in PEOPLE),
        (Channel.PIPELINE, SETTLED - SECOND, Disposition.PENDING, False),
        (Channel.PIPELINE, SETTLED, Disposition.UNTICKETED, True),
        (Channel.AUTOMATION, SETTLED - SECOND, Disposition.PENDING, False),
        (Channel.AUTOMATION, SETTLED, Disposition.PENDING, True),
        (Channel.AUTOMATION, DUE, Disposition.UNTICKETED, True),
    ],
)
def test_without_cover_a_person_is_asked_at_once_and_a_machine_once_it_has_settled(
    channel: Channel, now: datetime, disposition: Disposition, alert: bool, coverage: Coverage
) -> None:
    found = decision(a_change_by(channel), coverage, now=now)

    assert (found.disposition, found.alert) == (disposition, alert)


@pytest.mark.parametrize(
    ("channel", "now", "alert"),
    [
        *((channel, NOON, True) for channel in PEOPLE),
        *((channel, SETTLED - SECOND, False) for channel in MACHINES),
        *((channel, SETTLED, True) for channel in MACHINES),
        *((channel, DUE + minutes(60 * 24 * 30), True) for channel in [*PEOPLE, *MACHINES]),
    ],
)
def test_what_could_not_be_asked_stays_pending_however_long_it_takes(
    channel: Channel, now: datetime, alert: bool
) -> None:
    found = decision(a_change_by(channel), Coverage.NOT_EVALUABLE, now=now)

    assert (found.disposition, found.alert) == (Disposition.PENDING, alert)
    assert found.reasons[1] == "to be judged again"


@pytest.mark.parametrize("coverage", Coverage)
def test_what_the_cloud_did_by_itself_is_explained(coverage: Coverage) -> None:
    service = an_actor("autoscaling.amazonaws.com", kind=ActorKind.SERVICE)
    change = a_change(a_write(actor=service, classification=a_classification(channel=Channel.SERVICE)))

    found = decision(change, coverage, now=DUE)

    assert (found.disposition, found.severity, found.alert) == (Disposition.EXPLAINED, Severity.LOW, False)
    assert found.reasons == ("autoscaling.amazonaws.com acted by itself: no person decided it",)


def test_what_a_service_did_for_a_person_is_explained_without_saying_that_nobody_decided_it() -> None:
    event = an_event(acting_service="cloudformation.amazonaws.com")
    change = a_change(a_write(event, classification=a_classification(channel=Channel.SERVICE)))

    found = decision(change)

    assert found.disposition is Disposition.EXPLAINED
    (reason,) = found.reasons
    assert reason.startswith(
        "cloudformation.amazonaws.com acted for alice@example.com: the call that made it"
    )


@pytest.mark.parametrize("channels", [(Channel.CONSOLE, Channel.SERVICE), (Channel.SERVICE, Channel.CONSOLE)])
def test_a_service_that_acts_for_a_person_excuses_nothing_the_person_did(channels: Sequence[Channel]) -> None:
    """
    Else a stack update of one's own, minutes later, would hide what was done by hand.
    """
    found = decision(a_change_by(*channels), now=DUE)

    assert (found.disposition, found.alert) == (Disposition.UNTICKETED, True)


@pytest.mark.parametrize("order", [1, -1])
def test_a_pipeline_lends_its_deadline_to_no_other_machine(order: int) -> None:
    channels = [Channel.AUTOMATION, Channel.PIPELINE][::order]

    assert decision(a_change_by(*channels), now=SETTLED).disposition is Disposition.PENDING


def test_a_pipeline_settles_after_its_last_write_and_a_person_is_due_after_the_first() -> None:
    def lasting(channel: Channel) -> Change:
        found = a_classification(channel=channel)
        last = an_event(event_id="e-2", at=NOON + minutes(12))
        return a_change(a_write(classification=found), a_write(last, classification=found))

    assert not decision(lasting(Channel.PIPELINE), now=NOON + minutes(22) - SECOND).alert
    assert decision(lasting(Channel.PIPELINE), now=NOON + minutes(22)).alert
    assert decision(lasting(Channel.CONSOLE), now=DUE).disposition is Disposition.UNTICKETED
    assert answer_due_at(lasting(Channel.CONSOLE), DecisionRules()) == DUE


def test_the_windows_are_the_configurations() -> None:
    rules = DecisionRules(settle_window=minutes(1), answer_deadline=minutes(2))

    by_pipeline = decide(a_change_by(Channel.PIPELINE), a_match(), Standing(), rules, NOON + minutes(1))
    by_person = decide(a_change_by(), a_match(), Standing(), rules, NOON + minutes(2))

    assert by_pipeline.disposition is Disposition.UNTICKETED
    assert by_person.disposition is Disposition.UNTICKETED


def test_a_pipeline_that_is_trusted_by_name_says_so() -> None:
    found = decision(a_change_by(Channel.PIPELINE), Coverage.NOT_ASKED)

    assert found.reasons[0] == "the configuration trusts this pipeline by name"


# How bad it is


@pytest.mark.parametrize(
    ("risks", "in_production", "elsewhere"),
    [
        ([], Severity.MEDIUM, Severity.MEDIUM),
        ([Risk(slug="deletes-data", text="")], Severity.MEDIUM, Severity.MEDIUM),
        ([OPEN], Severity.CRITICAL, Severity.HIGH),
        ([ESCALATION], Severity.CRITICAL, Severity.HIGH),
        ([Risk(slug="public-access", text="")], Severity.CRITICAL, Severity.HIGH),
        ([Risk(slug="new-credential", text="")], Severity.CRITICAL, Severity.HIGH),
        ([ROOT], Severity.CRITICAL, Severity.CRITICAL),
        ([BLINDS], Severity.CRITICAL, Severity.CRITICAL),
    ],
)
def test_what_a_change_exposes_decides_how_bad_it_is(
    risks: list[Risk], in_production: Severity, elsewhere: Severity
) -> None:
    change = a_change_by(risks=risks)

    assert decision(change).severity is in_production
    assert decision(change, environments=[DEV]).severity is elsewhere


@pytest.mark.parametrize("coverage", [Coverage.APPROVED_BEFORE, Coverage.NOT_ASKED])
def test_an_authorised_change_is_of_low_severity_whatever_it_opens(coverage: Coverage) -> None:
    assert decision(a_change_by(risks=[OPEN]), coverage).severity is Severity.LOW


@pytest.mark.parametrize("risk", [ROOT, BLINDS], ids=["root", "blinds"])
@pytest.mark.parametrize("coverage", Coverage)
@pytest.mark.parametrize("channel", Channel)
def test_the_root_user_and_tampering_are_always_critical_and_always_told(
    risk: Risk, coverage: Coverage, channel: Channel
) -> None:
    found = decision(a_change_by(channel, risks=[risk]), coverage, environments=[DEV], standing=a_standing())

    assert (found.severity, found.alert) == (Severity.CRITICAL, True)
    assert risk.text in found.reasons


def test_tampering_that_is_done_by_stopping_something_is_told_too() -> None:
    found = decision(a_change_by(effects=[Effect.RUNTIME], risks=[BLINDS]), Coverage.APPROVED_BEFORE)

    assert (found.severity, found.alert) == (Severity.CRITICAL, True)


@pytest.mark.parametrize("coverage", Coverage)
@pytest.mark.parametrize("channel", Channel)
def test_emergency_access_is_always_critical_and_always_told_even_when_authorised(
    coverage: Coverage, channel: Channel
) -> None:
    change = a_change_by(channel, lane=Lane.EMERGENCY, effects=[Effect.RUNTIME])

    found = decision(change, coverage, environments=[DEV])

    assert (found.severity, found.alert) == (Severity.CRITICAL, True)
    assert "emergency access must be reviewed after every use" in found.reasons


def test_emergency_access_for_a_later_write_is_told_as_well() -> None:
    ordinary, emergency = a_classification(), a_classification(lane=Lane.EMERGENCY)
    change = a_change(a_write(classification=ordinary), a_write(classification=emergency))

    found = decision(change, Coverage.APPROVED_BEFORE)

    assert (found.severity, found.alert) == (Severity.CRITICAL, True)


def test_emergency_access_says_what_it_exposed() -> None:
    found = decision(a_change_by(lane=Lane.EMERGENCY, risks=[OPEN]))

    assert OPEN.text in found.reasons


def test_every_exposure_is_told_although_they_are_of_one_kind() -> None:
    other = Risk(slug=OPEN.slug, text="lets 0.0.0.0/0 reach tcp/3389")
    change = a_change(
        a_write(an_event(risks=[OPEN])), a_write(an_event(risks=[other])), a_write(an_event(risks=[OPEN]))
    )

    assert decision(change).reasons[1:] == (OPEN.text, other.text)


@pytest.mark.parametrize("now", [NOON, DUE])
def test_starting_stopping_and_scaling_alone_is_never_told(now: datetime) -> None:
    change = a_change_by(effects=[Effect.RUNTIME, Effect.RUNTIME])

    found = decision(change, now=now)

    assert (found.severity, found.alert) == (Severity.LOW, False)


def test_starting_and_stopping_beside_a_write_is_told() -> None:
    assert decision(a_change_by(effects=[Effect.RUNTIME, Effect.WRITE])).alert


def test_a_deployment_by_hand_is_told() -> None:
    assert decision(a_change_by(Channel.MANUAL, effects=[Effect.DEPLOY])).alert


def test_what_was_put_right_again_is_told_but_less_bad() -> None:
    found = decision(a_change_by(risks=[OPEN]), standing=a_standing(), now=DUE)

    assert (found.disposition, found.severity, found.alert) == (Disposition.UNTICKETED, Severity.MEDIUM, True)
    assert found.reasons[-1] == "the live configuration does not differ from the declared one"


def test_what_was_not_compared_is_not_taken_for_put_right() -> None:
    assert (
        decision(a_change_by(risks=[OPEN]), standing=a_standing(is_compared=False)).severity
        is Severity.CRITICAL
    )


@pytest.mark.parametrize(
    ("worst", "in_production", "elsewhere"),
    [
        (Severity.CRITICAL, Severity.CRITICAL, Severity.MEDIUM),
        (Severity.HIGH, Severity.HIGH, Severity.MEDIUM),
        (Severity.LOW, Severity.LOW, Severity.LOW),
    ],
)
def test_the_worst_difference_from_the_code_decides_in_production(
    worst: Severity, in_production: Severity, elsewhere: Severity
) -> None:
    standing = a_standing(a_finding("f-1", severity=Severity.LOW), a_finding("f-2", severity=worst))

    assert decision(a_change_by(), standing=standing).severity is in_production
    assert decision(a_change_by(), standing=standing, environments=[DEV]).severity is elsewhere


# Where it was


@pytest.mark.parametrize(
    ("accounts", "account", "name"),
    [
        (ACCOUNT, ACCOUNT, "dev"),
        ("1111.*", ACCOUNT, "dev"),
        ("1111", ACCOUNT, None),
        ("444455556666", ACCOUNT, None),
        (".*", None, None),
    ],
    ids=["equal", "a glob", "only its beginning", "another", "not known"],
)
def test_an_environment_claims_the_accounts_that_fit_whole(
    accounts: str, account: str | None, name: str | None
) -> None:
    dev = Environment(name="dev", accounts=(re.compile(accounts),), is_production=False)

    found = decision(a_change_by(risks=[OPEN], account=account), environments=[dev])

    assert found.environment == name
    assert found.severity is (Severity.HIGH if name else Severity.CRITICAL)


def test_the_first_environment_that_fits_is_taken() -> None:
    everything = Environment(name="all", accounts=(re.compile(".*"),), is_production=True)

    assert decision(a_change_by(), environments=[DEV, everything]).environment == "dev"
    assert decision(a_change_by(), environments=[everything, DEV]).environment == "all"


@pytest.mark.parametrize("coverage", [Coverage.APPROVED_BEFORE, Coverage.NOT_ASKED])
@pytest.mark.parametrize("channel", [Channel.PIPELINE, Channel.SERVICE])
def test_what_lets_anybody_in_is_never_less_than_high(channel: Channel, coverage: Coverage) -> None:
    """
    A pipeline without a code host is trusted by name: nobody has looked at what it grants.
    """
    found = decision(a_change_by(channel, risks=[PUBLIC]), coverage, environments=[DEV], now=DUE)

    assert (found.severity, found.alert) == (Severity.HIGH, False)
    assert PUBLIC.text in found.reasons


def test_what_would_have_let_anybody_in_and_failed_does_not() -> None:
    failed = a_change(a_write(an_event(risks=[PUBLIC], error="AccessDenied")))
    withdrawn = replace(a_change_by(risks=[PUBLIC]), withdrawn="the call failed after all")

    assert [decision(one).severity for one in (failed, withdrawn)] == [Severity.LOW, Severity.LOW]


# What the watch itself depends on


OWN = DecisionRules(own_resources=(own_resource("driftledger"),))


def a_change_of_our_queue(channel: Channel, *, error: str | None = None) -> Change:
    """Somebody made a write to the queue that delivers the audit log, or tried to."""
    event = an_event(resources=[Resource(type="aws_sqs_queue", id="driftledger")], error=error)
    return a_change(a_write(event, classification=a_classification(channel=channel)))


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("coverage", list(Coverage))
def test_whoever_changes_what_the_watch_depends_on_is_told_of_whatever_covers_it(
    channel: Channel, coverage: Coverage
) -> None:
    found = decide(a_change_of_our_queue(channel), a_match(coverage), UNKNOWN_STANDING, OWN, NOON)

    assert (found.severity, found.alert) == (Severity.CRITICAL, True)
    assert "touches driftledger, which the watch itself depends on" in found.reasons


def test_an_attempt_to_blind_the_watch_is_told_although_nothing_was_changed() -> None:
    found = decide(
        a_change_of_our_queue(Channel.CONSOLE, error="AccessDenied"), a_match(), UNKNOWN_STANDING, OWN, NOON
    )

    assert (found.disposition, found.severity, found.alert) == (
        Disposition.EXPLAINED,
        Severity.CRITICAL,
        True,
    )
    assert found.reasons[0] == "an attempt that failed: nothing was changed"


@pytest.mark.parametrize(
    "action", ["DeleteObject", "storage.objects.delete", "DeleteBlob", "PurgeDeletedBlob"]
)
def test_erasing_data_of_what_the_watch_depends_on_is_a_write(action: str) -> None:
    erased = an_event(action=action, effect=Effect.DATA, request={"bucketName": "driftledger", "key": "x"})
    refused = an_event(
        action=action, effect=Effect.DATA, request={"bucketName": "driftledger"}, error="AccessDenied"
    )

    assert OWN.with_erasures(erased).effect is OWN.with_erasures(erased).intended is Effect.WRITE
    assert (OWN.with_erasures(refused).effect, OWN.with_erasures(refused).intended) == (
        Effect.FAILED,
        Effect.WRITE,
    )
    assert OWN.is_alarming(OWN.with_erasures(erased))


@pytest.mark.parametrize(
    ("action", "bucket", "effect"),
    [
        ("DeleteObject", "other", Effect.DATA),
        ("PutObject", "driftledger", Effect.DATA),
        ("DeleteMessageBatch", "driftledger", Effect.DATA),
        ("DeleteObject", "driftledger", Effect.READ),
    ],
)
def test_what_else_happens_to_data_stays_what_it_is(action: str, bucket: str, effect: Effect) -> None:
    """
    The log's own delivery writes objects all the time, and whoever reads a queue deletes its messages.
    """
    event = an_event(action=action, effect=effect, request={"bucketName": bucket})

    assert OWN.with_erasures(event) is event


def test_only_attempts_that_would_blind_the_watch_alarm() -> None:
    queue, other = a_change_of_our_queue(Channel.CONSOLE), a_change()

    assert OWN.is_alarming(queue.first.event)
    assert DecisionRules().is_alarming(an_event(risks=[BLINDS]))
    assert not OWN.is_alarming(other.first.event)
    assert not DecisionRules().is_alarming(an_event(risks=[ROOT, OPEN]))
