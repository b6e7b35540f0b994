"""One event, in each of the shapes that Azure delivers (reference 4.1)."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from drift.model.event import Effect, Outcome, Phase, UnreadableRecord
from drift.model.resource import Resource
from drift.model.verdict import ActorKind, Tool
from providers.azure.translate import AzureTranslator
from tests.providers.azure.records import (
    CLI,
    CORRELATION,
    EVENT_ID,
    GROUP,
    NSG,
    SUBSCRIPTION,
    Fields,
    a_person,
    a_record,
    as_bytes,
    as_cloud_event,
    as_dict,
    for_event_grid,
    for_event_hub,
    for_log_analytics,
    raw,
    tool_of,
    translated,
)


def with_objects(row: Fields) -> Fields:
    """A row of the table whose tokens and properties are objects."""
    names = ("Claims", "Authorization", "Properties")
    return {key: value for key, value in row.items() if key not in names} | {
        f"{name}_d": json.loads(row[name]) for name in names
    }


def in_capitals(record: Fields) -> Fields:
    """A record whose names an export has changed."""
    return {key.upper(): value for key, value in record.items()}


def with_texts(event: Fields) -> Fields:
    """An event of the older schema, with its objects written as texts."""
    data = event["data"]
    texts = {name: json.dumps(data[name]) for name in ("claims", "authorization", "httpRequest")}
    return event | {"data": data | texts}


BY_REST = a_record()

SHAPES: dict[str, Fields] = {
    "REST": BY_REST,
    "as_dict": as_dict(BY_REST),
    "Event Hub": for_event_hub(BY_REST),
    "Log Analytics": for_log_analytics(BY_REST),
    "Log Analytics, dynamic columns": with_objects(for_log_analytics(BY_REST)),
    "Event Grid": for_event_grid(BY_REST),
    "Event Grid, first schema": with_texts(for_event_grid(BY_REST)),
    "CloudEvents": as_cloud_event(for_event_grid(BY_REST)),
    "capitals": in_capitals(BY_REST),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_says_the_same(shape: str) -> None:
    event = translated(SHAPES[shape])

    assert event.occurred_at == datetime(2026, 11, 20, 10, 11, 12, 123456, tzinfo=UTC)
    assert (event.call.account, event.call.service) == (SUBSCRIPTION, "microsoft.network")
    assert event.call.principal is not None
    assert event.call.principal.kind is ActorKind.HUMAN
    assert event.call.principal.name == "alice@example.com"
    assert event.call.principal.mfa is True
    assert tool_of(event) is Tool.CONSOLE
    assert (event.effect, event.outcome) == (Effect.WRITE, Outcome.SUCCESS)
    assert event.resources == (Resource(type="azurerm_network_security_group", id=NSG),)
    assert event.operation is not None
    key = f"azure:{CORRELATION}|microsoft.network/networksecuritygroups/write|{NSG.lower()}"
    assert (event.operation.key, event.operation.phase) == (key, Phase.END)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "Event Hub"])
def test_the_event_keeps_its_id_across_destinations(shape: str) -> None:
    assert translated(SHAPES[shape]).event_id == EVENT_ID


@pytest.mark.parametrize("shape", ["REST", "as_dict", "Event Hub", "Log Analytics"])
def test_the_address_of_the_caller_is_found(shape: str) -> None:
    assert translated(SHAPES[shape]).call.source_ip == "203.0.113.7"


def test_an_event_hub_record_has_no_id_and_goes_by_its_bytes() -> None:
    event = translated(for_event_hub(BY_REST))

    assert event.event_id is None
    assert event.key == "sha256:00"


def test_the_id_also_stands_in_the_long_id() -> None:
    record = a_record()
    del record["eventDataId"]

    assert translated(record).event_id == EVENT_ID


def test_the_action_stands_as_delivered() -> None:
    assert translated(BY_REST).call.action == "Microsoft.Network/networkSecurityGroups/write"
    assert translated(for_event_hub(BY_REST)).call.action == "MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/WRITE"


def test_where_an_event_was_processed_is_not_the_region_of_the_resource() -> None:
    assert translated(for_event_hub(BY_REST)).call.region is None


@pytest.mark.parametrize("location", ["westeurope", "West Europe"])
def test_the_region_is_that_of_the_request(location: str) -> None:
    assert translated(a_record(request={"location": location})).call.region == "westeurope"


def test_the_verb_in_place_of_a_category_is_none() -> None:
    """
    Diagnostic settings wrote `Write`, `Delete` or `Action` there; the category stands in the properties.
    """
    record = for_event_hub(BY_REST) | {"category": "Write"}
    policy = record | {
        "operationName": "MICROSOFT.AUTHORIZATION/POLICIES/AUDIT/ACTION",
        "category": "Action",
        "properties": {"eventCategory": "Policy"},
    }

    assert translated(record).effect is Effect.WRITE
    assert translated(policy).call.acting_service == "Azure Policy"


def test_a_record_without_subscription_has_no_account() -> None:
    scope = "/providers/Microsoft.Management/managementGroups/root"

    event = translated(a_record("Microsoft.Management/managementGroups/write", scope, subscriptionId=""))

    assert event.call.account is None
    assert event.resources[0].type == "azurerm_management_group"


def test_a_record_without_a_resource_takes_that_of_the_right() -> None:
    event = translated(a_record(resourceId=None))

    assert event.resources[0].id == NSG


@pytest.mark.parametrize(
    "record",
    [
        {"eventType": "Microsoft.KeyVault.SecretNewVersionCreated", "data": {"ObjectName": "x"}},
        {"eventType": "Microsoft.Resources.Other", "data": {"operationName": "Microsoft.X/y/write"}},
        {"eventType": 7, "data": {}},
        {"operationName": "hello", "time": "2026-11-20T10:11:12Z"},
        {"operationName": {"value": None}, "resourceId": NSG},
        {"changeAttributes": {}},
        {"properties": {"changeAttributes": {"timestamp": "2026-11-20T10:11:12Z"}}},
        {"eventVersion": "1.11", "eventName": "CreateVpc", "eventSource": "ec2.amazonaws.com"},
        {"protoPayload": {"operationName": "x"}},
    ],
)
def test_what_is_no_record_of_azure_is_left_to_others(record: Any) -> None:
    assert AzureTranslator().translate(raw(as_bytes(record))) is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"operationName": "\\u12"}', b"[" * 5000])
def test_what_is_no_json_is_unreadable(body: bytes) -> None:
    assert isinstance(AzureTranslator().translate(raw(body)), UnreadableRecord)


def test_half_a_pair_of_surrogates_in_a_token_that_is_text_costs_one_character() -> None:
    """
    Whoever chooses a name must not be able to hide with it which program was used.
    """
    event = translated(for_log_analytics(a_record(claims=a_person(CLI, name="Alice \ud83d"))))

    assert tool_of(event) is Tool.CLI


def test_one_odd_field_costs_that_field_alone() -> None:
    odd: Fields = {"httpRequest": 7, "correlationId": ["x"], "status": {"value": 5}, "claims": "no token"}

    event = translated(a_record() | odd)

    assert event.call.principal is not None
    assert event.call.principal.name == "alice@example.com"
    assert (event.call.source_ip, event.operation) == (None, None)


def test_calls_that_agree_are_one_object() -> None:
    translator = AzureTranslator()
    one, other = (translator.translate(raw(as_bytes(a_record(eventDataId=id_)))) for id_ in ("e-1", "e-2"))

    assert msgspec.structs.asdict(one)["call"] is msgspec.structs.asdict(other)["call"]  # type: ignore[arg-type]


def test_a_group_called_like_a_word_of_the_path_is_a_name() -> None:
    resource = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/providers/providers/Microsoft.Compute/disks/d"

    event = translated(a_record("Microsoft.Compute/disks/write", resource))

    assert event.resources == (Resource(type="azurerm_managed_disk", id=resource),)


def test_ids_are_written_in_one_spelling() -> None:
    """
    Event Hubs get capitals, and Terraform keeps what the user wrote: for Azure they are one.
    """
    shouted = f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/Web".upper()
    resource = f"{GROUP}/providers/Vendor.Thing/bigBoxes/One"

    assert translated(a_record(resourceId=shouted)).resources[0].id == NSG
    unknown = translated(a_record("Vendor.Thing/bigBoxes/write", resource)).resources[0]
    assert unknown == Resource(type=None, id=f"{GROUP}/providers/vendor.thing/bigboxes/one")
