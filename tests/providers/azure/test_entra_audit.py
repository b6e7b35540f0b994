"""Roles that people activate, as the audit log of a directory tells it."""

from datetime import UTC, datetime

import pytest

from drift.model.event import Effect, Outcome, UnreadableRecord
from drift.model.verdict import ActorKind, Reference, Statement, Trust
from providers.azure.translate import AzureTranslator
from tests.providers.azure.audits import (
    ACTIVATED,
    DEACTIVATED,
    REQUESTED,
    TENANT,
    an_audit,
    as_row,
    as_texts,
    sent,
)
from tests.providers.azure.records import ALICE_ID, OWNER, Fields, as_bytes, event_of, raw, translated
from tests.providers.azure.test_sessions import judged

BOB_ID = "b0b00000-1111-2222-3333-444455556666"

BY_PIM = {"app": None, "user": {"id": "x", "displayName": "Azure AD PIM", "userPrincipalName": None}}


@pytest.mark.parametrize(
    "record", [an_audit(), sent(an_audit()), as_row(an_audit()), as_texts(as_row(an_audit()))]
)
def test_an_activation_is_a_session_of_the_person_whatever_way_it_came(record: Fields) -> None:
    event = translated(record)

    assert (event.effect, event.outcome) == (Effect.AUTH, Outcome.SUCCESS)
    assert event.call.account == TENANT
    assert event.call.action == ACTIVATED
    assert event.call.principal is not None
    assert (event.call.principal.name, event.call.principal.kind) == ("alice@example.com", ActorKind.HUMAN)
    assert event.opens is not None
    assert event.opens.key == f"azure:grant:{ALICE_ID}"
    assert event.opens.expires_at == datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def test_an_activated_role_on_azure_resources_brings_its_reason_and_ticket_to_the_persons_writes() -> None:
    write = judged(translated(an_audit()), event_of())

    assert write.classification.references == (
        Reference(key="OPS-123", place="ticket number", trust=Trust.GRANT),
    )
    assert write.actor.statements[0] == Statement(
        place="justification", text="certificate has run out", trust=Trust.GRANT
    )
    assert write.actor.grants == (OWNER, "Owner")


@pytest.mark.parametrize(
    "record",
    [
        an_audit(REQUESTED),
        an_audit(category="RoleManagement"),
        an_audit(REQUESTED, category="GroupManagement"),
    ],
)
def test_what_was_only_asked_for_or_is_a_role_of_the_directory_proves_no_more_than_ones_own_words(
    record: Fields,
) -> None:
    """
    A role of the directory was approved for something else than what its holder does in Resource Manager.
    """
    opened = translated(record).opens

    assert opened is not None
    assert opened.grants == ()
    assert {one.trust for one in opened.statements} == {Trust.NAME}


def test_a_deactivated_role_ends_the_session() -> None:
    opened = translated(an_audit(DEACTIVATED)).opens

    assert opened is not None
    assert opened.expires_at == datetime(2026, 11, 20, 10, 0, 1, 123456, tzinfo=UTC)
    assert opened.statements == ()


def test_an_activation_that_failed_opens_nothing() -> None:
    event = translated(an_audit(result="failure"))

    assert event.opens is None
    assert event.outcome is Outcome.FAILURE


def test_nobody_activates_a_role_for_somebody_else() -> None:
    bob = {"id": BOB_ID, "displayName": "Bob", "userPrincipalName": "bob@example.com", "type": "User"}

    assert translated(an_audit(targetResources=[bob])).opens is None


@pytest.mark.parametrize(
    "activity",
    [
        "Add member to role in PIM completed (permanent)",
        "Add eligible member to role in PIM completed (timebound)",
        "Remove eligible member from role in PIM completed (permanent)",
        "Update role setting in PIM",
    ],
)
def test_who_may_have_a_role_is_a_change(activity: str) -> None:
    assert translated(an_audit(activity)).effect is Effect.WRITE


@pytest.mark.parametrize(
    "activity",
    ["Process request", "Add eligible member to role in PIM requested (permanent)", "Triggered PIM alert"],
)
def test_other_doings_of_pim_change_nothing_and_open_nothing(activity: str) -> None:
    event = translated(an_audit(activity))

    assert event.effect is Effect.AUTH
    assert event.opens is None


def test_an_activation_that_ran_out_was_ended_by_pim() -> None:
    event = translated(an_audit("Remove member from role (PIM activation expired)", initiatedBy=BY_PIM))

    assert event.call.principal is not None
    assert event.call.principal.kind is ActorKind.SERVICE
    assert event.opens is None


def test_the_reason_is_also_found_where_the_details_lack_it() -> None:
    opened = translated(an_audit(details={"Justification": None, "TicketNumber": None})).opens

    assert opened is not None
    assert [one.text for one in opened.statements] == ["certificate has run out", "Jira"]


def test_what_only_looks_like_an_audit_in_its_properties_is_none() -> None:
    """
    Properties of the Activity Log hold what services are sent.
    """
    event = translated(
        {
            "operationName": "Microsoft.Network/x/write",
            "resourceId": "/subscriptions/s",
            "properties": an_audit(),
        }
    )

    assert event.opens is None
    assert event.call.action == "Microsoft.Network/x/write"


@pytest.mark.parametrize(
    "name", ["initiatedBy", "targetResources", "additionalDetails", "activityDateTime", "result"]
)
@pytest.mark.parametrize("odd", [None, 7, "", "[", [], [[]], {}, {"user": 7}])
def test_an_odd_field_costs_that_field_and_not_the_record(name: str, odd: object) -> None:
    said = AzureTranslator().translate(raw(as_bytes(an_audit(**{name: odd}))))

    assert said is not None
    assert not isinstance(said, UnreadableRecord)
    assert said.call.action == ACTIVATED
