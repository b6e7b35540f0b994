"""Who began what a resource provider carries out, and roles activated for some time."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from drift.config.values import role_glob
from drift.judge import Judge
from drift.model.change import Write
from drift.model.event import ChangeEvent, Effect
from drift.model.verdict import ActorKind, Channel, Reference, Statement, Tool, Trust
from drift.stages.attribute import IdentityRules
from drift.stages.classify import ChannelRules, PipelineRule
from providers.azure.sessions import OPENING_MARKS
from tests.providers.azure.records import (
    AKS,
    ALICE_ID,
    CORRELATION,
    GROUP,
    IDENTITY,
    NSG,
    OWNER,
    PIM,
    PIPELINE,
    ROBOT_ID,
    VM,
    Fields,
    a_person,
    a_record,
    an_application,
    as_bytes,
    as_dict,
    event_of,
    for_event_hub,
    for_log_analytics,
    translated,
)

OTHER = "0ther000-1111-2222-3333-444455556666"
REQUEST = f"{GROUP}/providers/Microsoft.Authorization/roleAssignmentScheduleRequests/r-1"
ACTIVATE = "Microsoft.Authorization/roleAssignmentScheduleRequests/write"
UNLISTED = "99990000-1111-2222-3333-444455556666"


def judged(*events: ChangeEvent, pipelines: tuple[PipelineRule, ...] = ()) -> Write:
    """The verdict on the last of these events."""
    judge = Judge(identities=IdentityRules(), channels=ChannelRules(pipelines=pipelines))
    return [judge.judge(event) for event in events][-1]


def by_a_provider(app: str = AKS, **claims: Any) -> ChangeEvent:
    """A child write, under an application of its own."""
    return event_of(resource=NSG + "-made", claims=an_application(app, appidacr="2", **claims))


def test_what_a_provider_writes_is_the_doing_of_whoever_began_it() -> None:
    write = judged(event_of(), by_a_provider())

    assert (write.actor.kind, write.actor.name) == (ActorKind.HUMAN, "alice@example.com")
    assert (write.classification.channel, write.classification.tool) == (Channel.CONSOLE, Tool.CONSOLE)
    assert write.actor.principal is not None
    assert f"{ALICE_ID}" not in write.actor.principal


def test_a_provider_that_nobody_began_is_the_cloud() -> None:
    write = judged(event_of(correlationId=OTHER), by_a_provider())

    assert write.classification.channel is Channel.SERVICE


def test_what_a_provider_writes_for_a_pipeline_is_the_pipelines() -> None:
    rule = PipelineRule(name="shop", principal=re.compile(PIPELINE))

    write = judged(event_of(claims=an_application()), by_a_provider(), pipelines=(rule,))

    assert write.classification.channel is Channel.PIPELINE


def test_what_a_provider_writes_for_somebody_names_the_action_and_who_began_it() -> None:
    person = judged(event_of(), event_of(resource=NSG + "-made", claims=an_application(AKS)))
    machine = judged(
        event_of(claims=an_application()), event_of(resource=NSG + "-made", claims=an_application(AKS))
    )

    assert f"alice@example.com opened the session of the action {CORRELATION}" in person.actor.reasons
    assert (machine.actor.kind, machine.actor.name) == (ActorKind.MACHINE, PIPELINE)


def test_an_application_with_credentials_of_its_own_answers_for_itself() -> None:
    """
    Whoever calls chooses the correlation id, so it must neither pose as alice nor be taken for her.
    """
    write = judged(event_of(), by_a_provider(UNLISTED))

    assert write.actor.kind is ActorKind.MACHINE
    assert write.classification.channel is Channel.AUTOMATION


def test_a_person_who_takes_up_a_pipelines_correlation_does_not_make_its_writes_manual() -> None:
    rule = PipelineRule(name="shop", principal=re.compile(UNLISTED))

    write = judged(event_of(), by_a_provider(UNLISTED), pipelines=(rule,))

    assert write.classification.channel is Channel.PIPELINE


def test_an_application_in_no_table_cannot_borrow_a_pipelines_trust() -> None:
    """
    The caller may choose the correlation id.
    """
    rule = PipelineRule(name="shop", principal=re.compile(PIPELINE))

    write = judged(event_of(claims=an_application()), by_a_provider(UNLISTED), pipelines=(rule,))

    assert write.classification.channel is Channel.AUTOMATION


@pytest.mark.parametrize(
    "claims",
    [
        {"appidacr": "1"},
        {"xms_mirid": f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/x"},
    ],
)
def test_a_secret_or_a_managed_identity_is_somebodys_own(claims: Fields) -> None:
    child = event_of(resource=NSG + "-made", claims=an_application(UNLISTED, appidacr="2") | claims)

    assert judged(event_of(), child).actor.kind is ActorKind.MACHINE


def test_a_person_is_never_taken_for_somebody_else() -> None:
    other = a_person(upn="bob@example.com", **{f"{IDENTITY}objectidentifier": ROBOT_ID})

    assert judged(event_of(), event_of(claims=other)).actor.name == "bob@example.com"


@pytest.mark.parametrize(
    "event",
    [
        event_of("Microsoft.Storage/storageAccounts/listKeys/action", VM),
        event_of(claims=an_application(AKS)),
        event_of(claims={}, caller="somebody"),
        event_of(correlationId=None),
    ],
)
def test_what_changes_nothing_or_is_the_clouds_own_opens_nothing(event: ChangeEvent) -> None:
    assert event.opens is None


@pytest.mark.parametrize(
    "shape", [a_record(), as_dict(a_record()), for_event_hub(a_record()), for_log_analytics(a_record())]
)
def test_what_opens_a_session_bears_one_of_the_marks(shape: Fields) -> None:
    assert translated(shape).opens is not None
    assert any(mark in as_bytes(shape) for mark in OPENING_MARKS)


def test_a_record_without_the_marks_opens_nothing() -> None:
    """
    Several processes find what opens sessions by the marks alone; one must not know more than they.
    """
    record = {key.upper(): value for key, value in a_record().items()}

    assert translated(record).opens is None


def an_activation(kind: str = "SelfActivate", person: str = ALICE_ID, **properties: Any) -> Fields:
    """What somebody asks of Privileged Identity Management."""
    return {
        "properties": {
            "principalId": person,
            "roleDefinitionId": f"{GROUP}/providers/Microsoft.Authorization/roleDefinitions/{OWNER}",
            "requestType": kind,
            "justification": "certificate has run out",
            "scheduleInfo": {
                "startDateTime": "2026-11-20T10:00:00Z",
                "expiration": {"type": "AfterDuration", "duration": "PT8H"},
            },
            "ticketInfo": {"ticketNumber": "OPS-123", "ticketSystem": "Jira"},
        }
        | properties
    }


def activated(*args: Any, **fields: Any) -> ChangeEvent:
    """What the translator says of an activation."""
    return event_of(ACTIVATE, REQUEST, request=an_activation(*args), **fields)


def test_an_activated_role_brings_its_ticket_to_the_persons_writes() -> None:
    write = judged(activated(), event_of())

    assert write.classification.references == (
        Reference(key="OPS-123", place="ticket number", trust=Trust.GRANT),
    )
    assert write.actor.statements[0] == Statement(
        place="justification", text="certificate has run out", trust=Trust.GRANT
    )


def test_an_activation_says_who_asked_for_what_and_until_when() -> None:
    opened = activated().opens

    assert opened is not None
    assert opened.key == f"azure:grant:{ALICE_ID}"
    assert opened.opener.name == "alice@example.com"
    assert opened.role is not None
    assert opened.role.endswith(OWNER)
    assert opened.expires_at == datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    assert opened.is_renewable


def test_an_activated_role_is_known_by_its_id_and_its_name() -> None:
    actor = judged(activated(), event_of()).actor

    assert actor.grants[1:] == (OWNER, "Owner")
    assert actor.grants[0].endswith(f"/roleDefinitions/{OWNER}")
    assert judged(activated(status="Started"), event_of()).actor.grants == ()
    assert judged(activated(), activated("SelfDeactivate"), event_of()).actor.grants == ()


@pytest.mark.parametrize("role", ["Owner", OWNER, f"*/roleDefinitions/{OWNER}"])
def test_an_activated_role_may_be_that_of_emergencies(role: str) -> None:
    rules = ChannelRules(break_glass=(role_glob(role),))

    actor = judged(activated(), event_of()).actor
    without = judged(event_of()).actor

    assert (rules.is_break_glass(actor), rules.is_break_glass(without)) == (True, False)


def test_an_activation_is_a_sign_in_and_no_change() -> None:
    assert activated().effect is Effect.AUTH


def test_a_role_given_by_somebody_else_is_a_change() -> None:
    event = activated("AdminAssign", ROBOT_ID)

    assert event.effect is Effect.WRITE
    assert event.opens is None
    assert [risk.slug for risk in event.risks] == ["privilege-escalation"]


def an_answer(**properties: Any) -> Fields:
    """What Azure answers to an activation: all that was asked, and what became of it."""
    return {"properties": an_activation()["properties"] | properties}


def test_what_was_only_asked_for_is_no_more_than_the_persons_own_words() -> None:
    asked = activated(status="Started")
    refused = activated(status="Failed")
    granted = event_of(ACTIVATE, REQUEST, response=an_answer(status="Provisioned"))
    pending = event_of(ACTIVATE, REQUEST, response=an_answer(status="PendingApproval"))

    def trust_after(*events: ChangeEvent) -> list[Trust]:
        return [one.trust for one in judged(*events, event_of()).classification.references]

    assert trust_after(asked) == [Trust.NAME]
    assert trust_after(asked, refused) == [Trust.NAME]
    assert trust_after(asked, pending) == [Trust.NAME]
    assert trust_after(asked, granted) == [Trust.GRANT]
    assert trust_after(refused) == []


def test_an_ended_role_brings_nothing() -> None:
    end = activated("SelfDeactivate")

    write = judged(activated(), end, event_of(eventTimestamp="2026-11-20T11:00:00Z"))

    assert write.classification.references == ()


def test_a_role_that_has_run_out_brings_nothing() -> None:
    write = judged(activated(), event_of(eventTimestamp="2026-11-20T18:00:01Z"))

    assert write.classification.references == ()


def test_a_later_activation_takes_the_place_of_an_earlier_one() -> None:
    ticket = {"ticketNumber": "OPS-456", "ticketSystem": "Jira"}
    later = event_of(ACTIVATE, REQUEST, request=an_activation(ticketInfo=ticket))

    write = judged(activated(), later, event_of())

    assert [one.key for one in write.classification.references] == ["OPS-456"]


def test_the_service_may_record_the_activation_under_its_own_name() -> None:
    by_pim = activated(claims=an_application(PIM))

    write = judged(by_pim, event_of())

    assert write.actor.name == "alice@example.com"
    assert [one.key for one in write.classification.references] == ["OPS-123"]


@pytest.mark.parametrize(
    "event",
    [
        activated("SelfActivate", ROBOT_ID),
        event_of(ACTIVATE, REQUEST),
        event_of(ACTIVATE, REQUEST, request="{cut off"),
        event_of(
            ACTIVATE,
            REQUEST,
            request=an_activation(),
            response={"properties": {"status": "PendingApproval"}},
        ),
        event_of(ACTIVATE, REQUEST, request=an_activation(), claims=an_application()),
    ],
)
def test_what_nobody_granted_or_was_asked_for_others_opens_nothing(event: ChangeEvent) -> None:
    assert event.opens is None


@pytest.mark.parametrize(
    ("schedule", "end"),
    [
        ({"expiration": {"duration": "PT90M"}}, datetime(2026, 11, 20, 11, 41, 12, 123456, tzinfo=UTC)),
        (
            {"startDateTime": "2026-11-20T10:00:00Z", "expiration": {"duration": "P1DT30M"}},
            datetime(2026, 11, 21, 10, 30, tzinfo=UTC),
        ),
        (
            {"expiration": {"endDateTime": "2026-11-20T12:00:00+01:00"}},
            datetime(2026, 11, 20, 11, 0, tzinfo=UTC),
        ),
        ({"expiration": {"duration": "forever"}}, None),
        ({"expiration": {"duration": "P9999D"}, "startDateTime": "9999-01-01T00:00:00Z"}, None),
        ("soon", None),
        (None, None),
    ],
)
def test_a_role_ends_when_its_schedule_says(schedule: object, end: datetime | None) -> None:
    event = event_of(ACTIVATE, REQUEST, request=an_activation(scheduleInfo=schedule))

    assert event.opens is not None
    assert event.opens.expires_at == end


def test_the_correlation_of_a_key_is_compared_without_case() -> None:
    upper = event_of(correlationId=CORRELATION.upper())

    assert upper.opens is not None
    assert upper.opens.key == f"azure:human:{CORRELATION}"
