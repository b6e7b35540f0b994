"""Settings and feature flags of App Configuration."""

from datetime import UTC, datetime
from typing import Any

import pytest

from drift.model.event import ChangeEvent, Effect, Outcome
from drift.model.resource import Resource
from drift.model.verdict import ActorKind, Credential, Lane, Tool
from tests.providers.azure.records import (
    ALICE_ID,
    AT,
    CORRELATION,
    STORE,
    Fields,
    as_cloud_event,
    credential_of,
    event_of,
    kept,
    tool_of,
    translated,
)

KEY = f"{STORE}/keyValues/Shop:Mode$prod"
CLI_AGENT = "AZURECLI/2.67.0 azsdk-python-appconfiguration/1.7.1 Python/3.12 (Linux)"


def an_http_request(**properties: Any) -> Fields:
    """A record of the category `HttpRequest`, as a diagnostic setting sends it."""
    return {
        "time": AT,
        "resourceId": STORE.upper(),
        "category": "HttpRequest",
        "correlationId": CORRELATION,
        "location": "westeurope",
        "properties": kept(
            {
                "clientIPAddress": "203.0.113.7",
                "clientObjectId": ALICE_ID,
                "clientTenantId": "t-1",
                "clientRequestId": "r-0",
                "requestId": "R-1",
                "hitCount": 1,
                "method": "PUT",
                "requestURI": "https://shop.azconfig.io/kv/Shop%3AMode?label=prod&api-version=1.0",
                "statusCode": 200,
                "userAgent": CLI_AGENT,
            }
            | properties
        ),
    }


def an_audit_record(**fields: Any) -> Fields:
    """A row of the table `AACAudit`."""
    return kept(
        {
            "TimeGenerated": AT,
            "Type": "AACAudit",
            "Category": "Audit",
            "EventCategory": "ApplicationManagement",
            "OperationName": "set-keyvalue",
            "ResultType": "Success",
            "CallerIPAddress": "203.0.113.7",
            "CallerIdentity": {"objectId": ALICE_ID, "upn": "alice@example.com"},
            "TargetResource": {"key": "Shop:Mode", "label": "prod"},
            "RequestId": "R-1",
            "_ResourceId": STORE.lower(),
        }
        | fields
    )


def an_event(type_: str = "KeyValueModified", **data: Any) -> Fields:
    """An event of Event Grid."""
    return {
        "id": "g-1",
        "topic": STORE,
        "subject": "https://shop.azconfig.io/kv/Shop:Mode?label=prod",
        "data": kept({"key": "Shop:Mode", "label": "prod", "etag": "x", "syncToken": "y"} | data),
        "eventType": f"Microsoft.AppConfiguration.{type_}",
        "eventTime": AT,
        "dataVersion": "2",
    }


def through_resource_manager() -> ChangeEvent:
    """The Activity Log's record of a setting."""
    return event_of(
        "Microsoft.AppConfiguration/configurationStores/keyValues/write",
        f"{STORE}/keyValues/Shop~3AMode$prod",
        request={
            "properties": {"value": "hunter2", "contentType": "text/plain", "tags": {"ticket": "OPS-123"}}
        },
    )


SOURCES = {
    "Resource Manager": through_resource_manager(),
    "HttpRequest": translated(an_http_request()),
    "Audit": translated(an_audit_record()),
    "Event Grid": translated(an_event()),
    "CloudEvents": translated(as_cloud_event(an_event())),
}


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_tells_which_setting_was_written(source: str) -> None:
    event = SOURCES[source]

    assert event.resources == (Resource(type="azurerm_app_configuration_key", id=KEY),)
    assert (event.effect, event.lane) == (Effect.WRITE, Lane.CONFIGURATION)
    assert event.call.service == "microsoft.appconfiguration"
    assert event.occurred_at == datetime(2026, 11, 20, 10, 11, 12, 123456, tzinfo=UTC)
    assert event.summary == "set the setting Shop:Mode$prod of shop"


def test_the_value_is_never_taken_over() -> None:
    event = through_resource_manager()

    assert "hunter2" not in repr(event)
    assert event.request["properties"]["value"] == "(not taken over)"
    assert [one.text for one in event.statements] == ["OPS-123"]


def test_the_http_log_tells_the_object_and_the_program() -> None:
    event = SOURCES["HttpRequest"]

    assert event.call.principal is not None
    assert (event.call.principal.kind, event.call.principal.id) == (ActorKind.UNKNOWN, ALICE_ID)
    assert tool_of(event) is Tool.CLI
    assert event.call.user_agent == CLI_AGENT
    assert event.call.source_ip == "203.0.113.7"


def test_the_audit_log_tells_the_person() -> None:
    event = SOURCES["Audit"]

    assert event.call.principal is not None
    assert (event.call.principal.kind, event.call.principal.name) == (ActorKind.HUMAN, "alice@example.com")


def test_both_logs_of_one_request_are_one_event() -> None:
    assert SOURCES["HttpRequest"].key == SOURCES["Audit"].key == "azure:r-1"


def test_event_grid_names_nobody() -> None:
    event = SOURCES["Event Grid"]

    assert (event.call.principal, event.call.acting_service) == (None, None)
    assert (event.operation, event.opens) == (None, None)


def test_an_access_key_is_nobody_in_particular() -> None:
    event = translated(an_http_request(clientObjectId=None, accessKeyId="abcd-l0-s0"))

    assert event.call.principal is not None
    assert (event.call.principal.kind, event.call.principal.id) == (ActorKind.UNKNOWN, "abcd-l0-s0")
    assert credential_of(event) is Credential.STATIC_KEY


@pytest.mark.parametrize(
    ("method", "effect"),
    [
        ("GET", Effect.READ),
        ("HEAD", Effect.READ),
        ("PUT", Effect.WRITE),
        ("DELETE", Effect.WRITE),
        ("PATCH", Effect.WRITE),
    ],
)
def test_the_method_tells_what_was_done(method: str, effect: Effect) -> None:
    assert translated(an_http_request(method=method)).effect is effect


@pytest.mark.parametrize(
    ("operation", "effect"),
    [
        ("set-keyvalue", Effect.WRITE),
        ("delete-keyvalue", Effect.WRITE),
        ("get-keyvalue", Effect.READ),
        ("list-keyvalues", Effect.READ),
    ],
)
def test_the_audited_operation_tells_what_was_done(operation: str, effect: Effect) -> None:
    assert translated(an_audit_record(OperationName=operation)).effect is effect


@pytest.mark.parametrize(
    "record",
    [
        an_http_request(statusCode=403),
        an_http_request(statusCode="412"),
        an_audit_record(ResultType="ClientError"),
    ],
)
def test_a_refused_request_has_failed(record: Fields) -> None:
    event = translated(record)

    assert (event.effect, event.outcome) == (Effect.FAILED, Outcome.FAILURE)


def test_a_deleted_setting_is_told() -> None:
    event = translated(an_event("KeyValueDeleted"))

    assert event.effect is Effect.WRITE
    assert event.summary == "deleted the setting Shop:Mode$prod of shop"


@pytest.mark.parametrize("label", [None, "", "\0"])
def test_a_setting_without_label_is_called_by_its_key(label: object) -> None:
    assert translated(an_event(label=label)).resources[0].id == f"{STORE}/keyValues/Shop:Mode"


def test_a_feature_flag_is_a_resource_of_its_own_kind() -> None:
    flag = translated(an_event(key=".appconfig.featureflag/beta/new", label=None)).resources

    assert flag == (
        Resource(
            type="azurerm_app_configuration_feature", id=f"{STORE}/keyValues/.appconfig.featureflag/beta/new"
        ),
    )


@pytest.mark.parametrize(
    "target",
    [
        "https://shop.azconfig.io/kv/Shop%3AMode?label=prod",
        {"uri": "/kv/Shop:Mode?label=prod"},
        '{"Key": "Shop:Mode", "Label": "prod"}',
    ],
)
def test_the_target_of_an_audit_record_is_found_in_any_form(target: object) -> None:
    assert translated(an_audit_record(TargetResource=target)).resources[0].id == KEY


@pytest.mark.parametrize(
    "url", ["", "http://[", "https://shop.azconfig.io/", "https://shop.azconfig.io/kv", 7, "kv/%ff%00"]
)
def test_an_odd_address_is_that_of_the_store(url: object) -> None:
    event = translated(an_http_request(requestURI=url))

    assert event.resources[0].id.startswith(STORE)


@pytest.mark.parametrize(
    ("agent", "tool"),
    [
        (CLI_AGENT, Tool.CLI),
        (
            "HashiCorp Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-azurerm/4.0",
            Tool.TERRAFORM,
        ),
        ("azsdk-net-Data.AppConfiguration/1.4.1 (.NET 8.0.1; Linux)", Tool.SDK),
        ("Mozilla/5.0 (X11; Linux x86_64)", Tool.UNKNOWN),
        (None, Tool.UNKNOWN),
    ],
)
def test_the_user_agent_names_the_tool(agent: object, tool: Tool) -> None:
    assert tool_of(translated(an_http_request(userAgent=agent))) is tool


def test_the_logs_also_arrive_as_rows_of_their_tables() -> None:
    row = {
        "TimeGenerated": AT,
        "Type": "AACHttpRequest",
        "Method": "PUT",
        "RequestURI": "https://shop.azconfig.io/kv/Shop:Mode?label=prod",
        "StatusCode": "200",
        "ClientObjectId": ALICE_ID,
        "UserAgent": CLI_AGENT,
        "_ResourceId": STORE.lower(),
    }

    event = translated(row)

    assert event.resources[0].id == KEY
    assert tool_of(event) is Tool.CLI


def test_an_audit_record_from_an_event_hub_is_none_of_the_activity_log() -> None:
    """
    It has the same fields at its top as an entry of the Activity Log.
    """
    record = {
        "time": AT,
        "resourceId": STORE.upper(),
        "operationName": "set-keyvalue",
        "category": "Audit",
        "resultType": "Success",
        "callerIpAddress": "203.0.113.7",
        "correlationId": CORRELATION,
        "properties": {
            "targetResource": {"key": "Shop:Mode", "label": "prod"},
            "callerIdentity": {"objectId": ALICE_ID},
        },
    }

    event = translated(record)

    assert (event.effect, event.lane) == (Effect.WRITE, Lane.CONFIGURATION)
    assert event.resources[0].id == KEY
