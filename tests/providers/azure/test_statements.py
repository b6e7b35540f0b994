"""Where Azure lets people name a ticket (reference 8)."""

import pytest

from drift.model.verdict import Statement, Trust
from tests.providers.azure.records import GROUP, NSG, Fields, a_record, event_of, for_event_hub, translated

DEPLOYMENTS = f"{GROUP}/providers/Microsoft.Resources/deployments"
DEPLOY = "Microsoft.Resources/deployments/write"
LOCK = f"{GROUP}/providers/Microsoft.Authorization/locks/keep"


def test_the_name_of_a_deployment_was_chosen_by_the_caller() -> None:
    event = event_of(DEPLOY, f"{DEPLOYMENTS}/OPS-123-shop")

    assert event.statements == (Statement(place="deployment name", text="OPS-123-shop", trust=Trust.NAME),)


@pytest.mark.parametrize(
    "name",
    [
        "Microsoft.VirtualNetwork-20261120101112",
        "MICROSOFT.VMSS-2026112",
        "CreateVm-canonical.ubuntu-22",
        "NoMarketplace-20261120101112",
        "PolicyDeployment_123456",
        "Failure-Anomalies-Alert-Rule-Deployment-1a2b3c4d",
    ],
)
def test_a_name_that_the_portal_made_up_says_nothing(name: str) -> None:
    assert event_of(DEPLOY, f"{DEPLOYMENTS}/{name}").statements == ()


@pytest.mark.parametrize(
    ("request_", "statement"),
    [
        ({"tags": {"ticket": "OPS-123"}}, Statement(place="tag ticket", text="OPS-123", trust=Trust.TAG)),
        (
            {"properties": {"tags": {"change": "OPS-123"}}},
            Statement(place="tag change", text="OPS-123", trust=Trust.TAG),
        ),
        (
            {"properties": {"description": "for OPS-123"}},
            Statement(place="description", text="for OPS-123", trust=Trust.TEXT),
        ),
        (
            {"properties": {"securityRules": [{"properties": {"description": "OPS-123"}}]}},
            Statement(place="description", text="OPS-123", trust=Trust.TEXT),
        ),
        (
            {"Properties": {"DisplayName": "OPS-123"}},
            Statement(place="display name", text="OPS-123", trust=Trust.TEXT),
        ),
    ],
)
def test_tags_and_free_text_may_name_a_ticket(request_: Fields, statement: Statement) -> None:
    assert event_of(request=request_).statements == (statement,)


def test_the_notes_of_a_lock_may_name_a_ticket() -> None:
    request = {"properties": {"level": "CanNotDelete", "notes": "see OPS-123"}}

    event = event_of("Microsoft.Authorization/locks/write", LOCK, request=request)

    assert event.statements == (Statement(place="notes", text="see OPS-123", trust=Trust.TEXT),)


def test_a_reason_stated_in_a_request_is_the_callers_word() -> None:
    """
    Only the session that the granted request opens gives it the trust of a grant.
    """
    event = event_of(
        "Microsoft.Authorization/roleAssignmentScheduleRequests/write",
        f"{GROUP}/providers/Microsoft.Authorization/roleAssignmentScheduleRequests/r",
        request={"properties": {"justification": "OPS-123", "ticketInfo": {"ticketNumber": "OPS-124"}}},
    )

    assert event.statements == (
        Statement(place="justification", text="OPS-123", trust=Trust.NAME),
        Statement(place="ticket number", text="OPS-124", trust=Trust.NAME),
    )


@pytest.mark.parametrize("key", ["requestbody", "requestBody", "RequestBody"])
def test_the_body_is_found_in_any_spelling(key: str) -> None:
    event = event_of(properties={key: '{"tags": {"ticket": "OPS-123"}}'})

    assert [one.text for one in event.statements] == ["OPS-123"]
    assert event.request == {"tags": {"ticket": "OPS-123"}}


def test_an_event_hub_may_keep_the_properties_one_level_below() -> None:
    inner = {"requestbody": '{"tags": {"ticket": "OPS-123"}}'}
    record = for_event_hub(a_record()) | {"properties": {"eventProperties": inner}}

    assert [one.text for one in translated(record).statements] == ["OPS-123"]


@pytest.mark.parametrize("body", ["", "null", "not json", '{"tags": {"ticket": "OPS-', "[]", "7"])
def test_a_body_that_is_empty_or_cut_off_says_nothing(body: str) -> None:
    event = event_of(request=body)

    assert event.statements == ()
    assert "OPS-" not in str(event.request)


def test_the_answer_shows_what_came_of_it_where_the_request_is_missing() -> None:
    event = event_of(response={"id": NSG, "tags": {"ticket": "OPS-123"}})

    assert [one.text for one in event.statements] == ["OPS-123"]
    assert event.request["responseBody"]["id"] == NSG
