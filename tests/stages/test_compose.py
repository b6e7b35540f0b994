from dataclasses import replace
from datetime import datetime

import pytest
from msgspec import structs

from drift.model.alert import Alert, AlertState
from drift.model.change import Change
from drift.model.event import Risk
from drift.model.finding import AttributeDrift
from drift.model.judgement import Judged, Judgement
from drift.model.resource import Resource
from drift.model.ticket import Coverage, Ticket
from drift.model.verdict import ActorKind, Channel, Confidence, Disposition, Lane, Severity, Tool
from drift.stages.compose import HEADLINE_CHARS, NAMED_CHARS, SETTLED, TOLD_WRITES, compose
from tests.builders import (
    ACCOUNT,
    NOON,
    a_change,
    a_classification,
    a_finding,
    a_judgement,
    a_match,
    a_principal,
    a_session,
    a_standing,
    a_ticket,
    a_write,
    an_actor,
    an_event,
    minutes,
)

SEEN = NOON + minutes(1)
DEADLINE = minutes(240)
DUE = NOON + DEADLINE
OPEN = Risk(slug="open-to-the-world", text="lets 0.0.0.0/0 reach tcp/22")
DRIFTED = a_standing(a_finding())

ACT = "Act now: revert it unless it is meant."
NOT_ASKED = "Whether a ticket or a review covers it could not be asked; it is judged again."
LATE = "A ticket came only after the change: approve it or ask for a revert."
ASK = "Name sg-0abc in its ticket by Mon 16 Nov 16:00 UTC."
DEVIATION = "It was approved only after it was made and stays on record as a deviation"
EMERGENCY = "Review now: emergency access was used."


def judged(
    change: Change | None = None, judgement: Judgement | None = None, *, ledger_seq: int = 7
) -> Judged:
    return Judged(
        change=change or a_change(), judgement=judgement or a_judgement(), ledger_seq=ledger_seq, is_news=True
    )


def message(*told: Judged, now: datetime = SEEN) -> Alert:
    changes = told or (judged(),)
    session = a_session(*(one.change for one in changes))
    return compose(session, changes, due_at=lambda change: change.began_at + DEADLINE, now=now)


def in_situation(
    disposition: Disposition,
    *,
    severity: Severity = Severity.HIGH,
    alert: bool = True,
    coverage: Coverage = Coverage.NONE,
    approver: str | None = None,
    is_converged: bool = False,
    lane: Lane = Lane.INFRASTRUCTURE,
    change_id: str = "chg-1",
    ticket: Ticket | None = None,
    resource_id: str = "sg-0abc",
    at: datetime = NOON,
) -> Judged:
    """One judged change of a session."""
    write = a_write(an_event(at=at), classification=a_classification(lane=lane))
    resource = Resource(type="aws_security_group", id=resource_id)
    change = a_change(write, change_id=change_id, resource=resource)
    judgement = a_judgement(
        disposition,
        severity=severity,
        alert=alert,
        match=replace(a_match(coverage, ticket=ticket), approver=approver),
        standing=a_standing() if is_converged else DRIFTED,
    )
    return judged(change, judgement)


# The headline


def test_the_headline_says_who_did_what_to_which_resource() -> None:
    alert = message(judged(judgement=a_judgement(standing=DRIFTED)))

    assert alert.headline == "alice@example.com opened tcp/22 to 0.0.0.0/0 (aws_security_group.web)"
    assert alert.fallback_text == f"{alert.headline} {alert.call_to_action}"


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        (Resource(type="aws_security_group", id="sg-0abc"), "aws_security_group sg-0abc"),
        (Resource(type=None, id="ec2:StartThing"), "ec2:StartThing"),
    ],
)
def test_what_no_code_declares_is_named_as_the_cloud_does(resource: Resource, name: str) -> None:
    alert = message(judged(a_change(resource=resource)))

    assert alert.headline.endswith(f"({name})")
    assert alert.changes[0].resource == name


def test_a_failed_attempt_is_told_as_one() -> None:
    failed = an_event(summary="failed attempt: opened tcp/22 to 0.0.0.0/0", error="AccessDenied")

    alert = message(judged(a_change(a_write(failed))))

    assert alert.headline.startswith("alice@example.com: failed attempt: opened tcp/22")


VAULT_ID = "/subscriptions/11112222/resourceGroups/shop/providers/Microsoft.KeyVault/vaults/web"


@pytest.mark.parametrize(
    ("resource_id", "summary", "place"),
    [
        (VAULT_ID, "set the vault web", "azurerm_key_vault"),
        (VAULT_ID, "changed who may use the website", "azurerm_key_vault …/Microsoft.KeyVault/vaults/web"),
        ("web", "set the vault web", "azurerm_key_vault"),
        ("web", "set the vault web-2", "azurerm_key_vault web"),
        (
            "arn:aws:sns:eu-west-1:111122223333:web",
            "set a topic",
            "azurerm_key_vault …:sns:eu-west-1:111122223333:web",
        ),
    ],
)
def test_the_headline_names_a_resource_once_and_short(resource_id: str, summary: str, place: str) -> None:
    change = a_change(
        a_write(an_event(summary=summary)), resource=Resource(type="azurerm_key_vault", id=resource_id)
    )

    alert = message(judged(change))

    assert alert.headline == f"alice@example.com {summary} ({place})"
    assert alert.changes[0].resource == f"azurerm_key_vault {resource_id}"


@pytest.mark.parametrize(
    ("kind", "confidence", "name"),
    [
        (ActorKind.HUMAN, Confidence.HIGH, "alice"),
        (ActorKind.HUMAN, Confidence.MEDIUM, None),
        (ActorKind.HUMAN, Confidence.LOW, None),
        (ActorKind.MACHINE, Confidence.LOW, "alice"),
        (ActorKind.SERVICE, Confidence.MEDIUM, "alice"),
        (ActorKind.UNKNOWN, Confidence.HIGH, "alice"),
        (ActorKind.UNKNOWN, Confidence.LOW, None),
    ],
)
def test_who_may_be_a_person_is_not_named_unless_it_surely_was_they(
    kind: ActorKind, confidence: Confidence, name: str | None
) -> None:
    """
    Nobody is accused by a machine: the identity is told, and a person can find out.
    """
    actor = an_actor("alice", kind=kind, confidence=confidence)

    alert = message(judged(a_change(a_write(actor=actor))))

    assert alert.actor == name
    assert alert.headline.startswith(f"{name or 'somebody'} opened")
    assert alert.fallback_text.startswith(f"{name or 'somebody'} opened")


@pytest.mark.parametrize(("count", "ending"), [(2, " and 1 more change"), (4, " and 3 more changes")])
def test_several_changes_are_one_message_that_counts_them(count: int, ending: str) -> None:
    alert = message(*(judged(a_change(change_id=f"chg-{number}")) for number in range(count)))

    assert alert.headline.endswith(f"(aws_security_group sg-0abc){ending}")
    assert [one.change_id for one in alert.changes] == [f"chg-{number}" for number in range(count)]


def test_only_what_somebody_must_know_of_is_told_and_counted() -> None:
    quiet = in_situation(Disposition.AUTHORISED, severity=Severity.LOW, alert=False, change_id="chg-quiet")
    loud = in_situation(Disposition.UNTICKETED, change_id="chg-loud")

    alert = message(quiet, loud, quiet)

    assert [one.change_id for one in alert.changes] == ["chg-loud"]
    assert "more change" not in alert.headline


def test_the_worst_change_speaks_for_the_session() -> None:
    deploy = a_change(a_write(an_event(summary="deployed code")), change_id="chg-1")
    worse = a_change(
        a_write(
            an_event(summary="opened tcp/22"),
            an_actor("alice@example.com", confidence=Confidence.MEDIUM),
            a_classification(channel=Channel.MANUAL, tool=Tool.CLI),
        ),
        change_id="chg-2",
    )

    alert = message(
        judged(deploy, a_judgement(severity=Severity.MEDIUM)),
        judged(worse, a_judgement(severity=Severity.CRITICAL, environment="dev")),
    )

    assert alert.headline.startswith("somebody opened tcp/22")
    assert (alert.severity, alert.environment) == (Severity.CRITICAL, "dev")
    assert (alert.channel, alert.actor) == ("by hand with cli", None)


def test_the_riskiest_write_speaks_for_the_change() -> None:
    change = a_change(
        a_write(an_event(summary="set a tag")),
        a_write(an_event(summary="opened tcp/22", risks=[OPEN])),
        a_write(an_event(summary="closed tcp/22")),
    )

    alert = message(judged(change))

    assert "opened tcp/22" in alert.headline
    assert alert.changes[0].actions == ("set a tag", "opened tcp/22", "closed tcp/22")


# The call to action


@pytest.mark.parametrize(
    ("told", "action"),
    [
        ([in_situation(Disposition.PENDING)], ASK),
        ([in_situation(Disposition.UNTICKETED)], ASK),
        (
            [in_situation(Disposition.UNTICKETED, severity=Severity.CRITICAL)],
            f"{ACT} {ASK}",
        ),
        (
            [in_situation(Disposition.UNTICKETED, severity=Severity.CRITICAL, is_converged=True)],
            f"Not drifted: live is as the code declares. {ASK}",
        ),
        (
            [in_situation(Disposition.PENDING, coverage=Coverage.NOT_EVALUABLE)],
            NOT_ASKED,
        ),
        (
            [in_situation(Disposition.PENDING, severity=Severity.CRITICAL, coverage=Coverage.NOT_EVALUABLE)],
            f"{ACT} {NOT_ASKED}",
        ),
        (
            [in_situation(Disposition.RETROACTIVE)],
            LATE,
        ),
        (
            [in_situation(Disposition.RETROACTIVE, severity=Severity.CRITICAL)],
            f"{ACT} {LATE}",
        ),
        (
            [in_situation(Disposition.RETROACTIVE, approver="erin", severity=Severity.CRITICAL)],
            f"{DEVIATION}; put it into the code or revert it.",
        ),
        ([in_situation(Disposition.RETROACTIVE, approver="erin", is_converged=True)], f"{DEVIATION}."),
        (
            [in_situation(Disposition.EMERGENCY)],
            "Review after the incident: put the change into the code or revert it.",
        ),
        ([in_situation(Disposition.EMERGENCY, is_converged=True)], "Review after the incident."),
        (
            [in_situation(Disposition.AUTHORISED, severity=Severity.CRITICAL)],
            "Check that it was meant: a change of this kind is always told, whatever covers it.",
        ),
        (
            [in_situation(Disposition.AUTHORISED, alert=False)],
            "It is settled, but live differs from the code; put it into the code or revert it.",
        ),
        ([in_situation(Disposition.AUTHORISED, alert=False, is_converged=True)], SETTLED),
        ([in_situation(Disposition.WAIVED, alert=False, is_converged=True)], SETTLED),
        ([in_situation(Disposition.EXPLAINED, alert=False, is_converged=True)], SETTLED),
    ],
)
def test_each_situation_says_first_whether_to_act_now(told: list[Judged], action: str) -> None:
    assert message(*told).call_to_action == action


@pytest.mark.parametrize(
    ("disposition", "is_converged", "rest"),
    [
        (
            Disposition.AUTHORISED,
            False,
            "Confirm the incident. Then put the change into the code or revert it.",
        ),
        (Disposition.EMERGENCY, True, "Confirm the incident."),
        (Disposition.UNTICKETED, False, f"{ASK} Then put the change into the code or revert it."),
        (Disposition.UNTICKETED, True, ASK),
    ],
)
def test_emergency_access_is_to_be_reviewed_however_the_change_stands(
    disposition: Disposition, is_converged: bool, rest: str
) -> None:
    alert = message(in_situation(disposition, is_converged=is_converged, lane=Lane.EMERGENCY))

    assert alert.call_to_action == f"{EMERGENCY} {rest}"


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([a_judgement(Disposition.UNTICKETED)], AlertState.OPEN),
        ([a_judgement(Disposition.PENDING)], AlertState.OPEN),
        ([a_judgement(Disposition.RETROACTIVE)], AlertState.ANSWERED),
        ([a_judgement(Disposition.EMERGENCY)], AlertState.ANSWERED),
        ([a_judgement(Disposition.EMERGENCY), a_judgement(Disposition.UNTICKETED)], AlertState.OPEN),
        ([a_judgement(Disposition.AUTHORISED, alert=False)], AlertState.SETTLED),
        ([a_judgement(Disposition.AUTHORISED, alert=True)], AlertState.OPEN),
    ],
)
def test_a_message_tells_machines_whether_somebody_must_act(told: list[Judgement], state: AlertState) -> None:
    assert message(*(judged(judgement=one) for one in told)).state is state


def test_the_first_calls_of_a_change_travel_with_the_message() -> None:
    writes = [a_write(an_event(event_id=f"e-{number}")) for number in range(TOLD_WRITES + 1)]

    [change] = message(judged(a_change(*writes))).changes

    assert [one.event_id for one in change.writes] == [f"e-{number}" for number in range(TOLD_WRITES)]
    assert (change.writes[0].cloud, change.writes[0].service) == ("aws", "ec2")


def test_what_is_unanswered_is_asked_for_although_something_settled_is_worse() -> None:
    settled = in_situation(Disposition.RETROACTIVE, approver="erin", severity=Severity.CRITICAL)

    alert = message(settled, in_situation(Disposition.UNTICKETED, severity=Severity.MEDIUM))

    assert alert.call_to_action == ASK


def test_one_open_change_keeps_the_others_from_saying_that_nothing_is_open() -> None:
    alert = message(
        in_situation(Disposition.UNTICKETED, is_converged=True), in_situation(Disposition.UNTICKETED)
    )

    assert alert.call_to_action == ASK


def test_when_the_answer_is_late_it_says_since_when() -> None:
    alert = message(in_situation(Disposition.UNTICKETED), now=DUE)

    assert alert.call_to_action == "Name sg-0abc in its ticket (was due Mon 16 Nov 16:00 UTC)."


def test_several_changes_are_due_with_the_first_that_is_unanswered() -> None:
    answered = in_situation(Disposition.RETROACTIVE, approver="erin", change_id="chg-1")
    later = in_situation(Disposition.PENDING, at=NOON + minutes(9), change_id="chg-2")
    latest = in_situation(Disposition.PENDING, severity=Severity.CRITICAL, at=NOON + minutes(20))

    alert = message(answered, later, latest)

    assert alert.call_to_action == f"{ACT} Name sg-0abc in its ticket by Mon 16 Nov 16:09 UTC."


def test_several_resources_are_named_each_once() -> None:
    ids = ["sg-1", "sg-2", "sg-1"]

    alert = message(*(in_situation(Disposition.PENDING, resource_id=one) for one in ids))

    assert alert.call_to_action == "Name sg-1 and sg-2 in their ticket by Mon 16 Nov 16:00 UTC."


@pytest.mark.parametrize(("count", "said"), [(1, "this resource in its"), (2, "these resources in their")])
def test_ids_that_are_too_long_for_the_call_stand_with_their_changes(count: int, said: str) -> None:
    ids = [f"sg-{number}{'x' * NAMED_CHARS}" for number in range(count)]

    alert = message(*(in_situation(Disposition.PENDING, resource_id=one) for one in ids))

    assert alert.call_to_action == f"Name {said} ticket by Mon 16 Nov 16:00 UTC."
    assert [one.resource for one in alert.changes] == [f"aws_security_group.web ({one})" for one in ids]


def test_a_ticket_that_does_not_count_is_to_be_mended() -> None:
    """
    It names the resource already; what is wrong with it is among the reasons.
    """
    told = in_situation(Disposition.PENDING, coverage=Coverage.NOT_APPROVED, ticket=a_ticket())

    action = message(told).call_to_action

    assert action == "See below why its ticket does not cover it, and mend that by Mon 16 Nov 16:00 UTC."


def test_of_changes_that_could_not_be_asked_about_nothing_is_asked() -> None:
    unasked = in_situation(Disposition.PENDING, coverage=Coverage.NOT_EVALUABLE, resource_id="sg-1")

    assert message(unasked, in_situation(Disposition.PENDING)).call_to_action == ASK


# The facts


def test_the_identity_tells_who_opened_the_session_how_and_from_where() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/Deploy"
    principal = structs.replace(a_principal("alice@example.com", role=role, session_name="alice"), mfa=True)
    opener = f"arn:aws:iam::{ACCOUNT}:user/alice"
    actor = an_actor(principal=principal.id, chain=[role, opener])

    alert = message(judged(a_change(a_write(an_event(principal=principal), actor))))

    assert alert.identity == (
        f"recorded under {principal.id}, opened by {opener}, with MFA, from 198.51.100.7, confidence high"
    )


def test_a_role_is_not_said_to_have_opened_its_own_session() -> None:
    principal = structs.replace(a_principal(role="Admin"), mfa=False)
    actor = an_actor(principal=principal.id, chain=["Admin"])
    event = an_event(principal=principal, source_ip=None)

    alert = message(judged(a_change(a_write(event, actor))))

    assert alert.identity == f"recorded under {principal.id}, without MFA, confidence high"


@pytest.mark.parametrize(
    ("channel", "tool", "words"),
    [
        (Channel.CONSOLE, Tool.CONSOLE, "by hand in the console"),
        (Channel.CONSOLE, Tool.CLOUDSHELL, "by hand in the cloudshell"),
        (Channel.MANUAL, Tool.TERRAFORM, "by hand with terraform"),
        (Channel.MANUAL, Tool.UNKNOWN, "by hand with an unknown program"),
        (Channel.PIPELINE, Tool.TERRAFORM, "pipeline deploy with terraform"),
        (Channel.AUTOMATION, Tool.SDK, "automation with sdk"),
        (Channel.SERVICE, Tool.CLOUD_SERVICE, "service with cloud-service"),
        (Channel.UNKNOWN, Tool.UNKNOWN, "unknown with an unknown program"),
    ],
)
def test_the_channel_is_told_in_words(channel: Channel, tool: Tool, words: str) -> None:
    found = a_classification(channel=channel, tool=tool)

    assert message(judged(a_change(a_write(classification=found)))).channel == words


def test_a_pipeline_that_nobody_configured_is_called_after_its_provider() -> None:
    actor = an_actor("terraform-deploy", kind=ActorKind.MACHINE, issuer="GitHub Actions")
    found = a_classification(channel=Channel.PIPELINE, tool=Tool.CLI, pipeline=None)

    alert = message(judged(a_change(a_write(actor=actor, classification=found))))

    assert alert.channel == "pipeline of GitHub Actions with cli"


def test_an_account_that_is_not_known_is_said_to_be_so() -> None:
    assert message(judged(a_change(a_write(an_event(account=None))))).account == "unknown account"


def test_a_change_is_told_with_its_ticket_its_differences_and_its_evidence() -> None:
    match = a_match(Coverage.NOT_APPROVED, "nobody approved OPS-1", ticket=a_ticket())
    drift = AttributeDrift(path="ingress", declared=[], live=[22])
    standing = a_standing(a_finding(attributes=[drift]))

    (told,) = message(judged(judgement=a_judgement(match=match, standing=standing), ledger_seq=42)).changes

    assert (told.ticket, told.ticket_url) == ("OPS-1", "https://example.atlassian.net/browse/OPS-1")
    assert (told.drift, told.declared_at) == ((drift,), "main.tf:12")
    assert (told.ledger_seq, told.reasons) == (42, ("nobody approved OPS-1",))


@pytest.mark.parametrize(
    ("severity", "source", "is_told"),
    [
        (Severity.MEDIUM, None, False),
        (Severity.HIGH, None, True),
        (Severity.MEDIUM, "main.tf:12", True),
    ],
)
def test_drift_without_code_is_told_only_where_it_matters_to_security(
    severity: Severity, source: str | None, is_told: bool
) -> None:
    """
    What the code ignores is not known without it; the finding is recorded and counted all the same.
    """
    standing = a_standing(a_finding(severity=severity, source=source))

    (told,) = message(judged(judgement=a_judgement(standing=standing))).changes

    assert bool(told.drift) is is_told


def test_an_action_that_was_repeated_is_told_once() -> None:
    change = a_change(*(a_write(an_event(event_id=str(number))) for number in range(9)))

    assert message(judged(change)).changes[0].actions == ("opened tcp/22 to 0.0.0.0/0",)


def test_the_session_begins_with_its_first_change_and_is_detected_now() -> None:
    late = a_change(a_write(an_event(at=NOON + minutes(5))), change_id="chg-2")

    alert = message(judged(), judged(late), now=NOON + minutes(6))

    assert (alert.began_at, alert.detected_at) == (NOON, NOON + minutes(6))
    assert (alert.session_id, alert.client_id) == ("ses-1", "")


# Strangers' texts


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "\x1b[2J\x1b]8;;https://evil.example.com\x07",
        "two\nlines\r\nor \u2028 three",
        "\u202egnp.exe",
        "\ud800 lone",
        "*bold* <!channel> {0} %s",
    ],
    ids=["long", "ansi", "lines", "reordered", "surrogate", "markup"],
)
def test_strangers_texts_stay_in_one_short_line(text: str) -> None:
    resource = Resource(type="aws_s3_bucket", id=text)
    change = a_change(a_write(an_event(summary=text), an_actor(text)), resource=resource)

    alert = message(judged(change), judged(change))

    for line in (alert.headline, alert.fallback_text):
        assert line.isprintable()
        assert len(line) <= HEADLINE_CHARS + NAMED_CHARS + 150
    assert alert.headline.endswith(" and 1 more change")
