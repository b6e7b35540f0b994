"""Whoever may name a resource, a deployment or a tag chooses text in these records."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.model.event import ChangeEvent, UnreadableRecord
from providers.azure.envelopes import unwrap
from providers.azure.translate import AzureTranslator
from tests.providers.azure.records import (
    GROUP,
    NSG,
    a_change,
    a_record,
    a_rule,
    an_application,
    as_bytes,
    as_cloud_event,
    as_dict,
    event_of,
    for_event_grid,
    for_event_hub,
    for_log_analytics,
    raw,
)
from tests.providers.azure.test_app_configuration import an_audit_record, an_event, an_http_request
from tests.providers.azure.test_sessions import ACTIVATE, REQUEST, an_activation

BASE = a_record(request={"properties": {"securityRules": [a_rule()]}, "tags": {"ticket": "OPS-123"}})

SEEDS: list[dict[str, Any]] = [
    BASE,
    as_dict(BASE),
    for_event_hub(BASE),
    for_log_analytics(BASE),
    for_event_grid(BASE),
    as_cloud_event(for_event_grid(BASE)),
    a_change(),
    an_http_request(),
    an_audit_record(),
    an_event(),
    a_record(ACTIVATE, REQUEST, request=an_activation()),
    a_record(claims=an_application(xms_mirid=f"{GROUP}/providers/A.B/c/d"), status="Failed"),
]

TRANSLATOR = AzureTranslator()

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def mutated(value: Any, draw: Any) -> Any:
    """A copy in which some values are something else entirely, within texts too."""
    if draw(st.integers(0, 9)) == 0:
        return draw(values)
    if isinstance(value, dict):
        return {key: mutated(inner, draw) for key, inner in value.items()}
    if isinstance(value, list):
        return [mutated(inner, draw) for inner in value]
    if isinstance(value, str) and value[:1] == "{":
        return json.dumps(mutated(json.loads(value), draw))
    return value


def answer(record: object) -> None:
    """One answer, whatever is delivered; and what it says can be described."""
    said = TRANSLATOR.translate(raw(json.dumps(record).encode()))
    assert said is None or isinstance(said, ChangeEvent | UnreadableRecord)
    if isinstance(said, ChangeEvent):
        TRANSLATOR.describe(said)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_mutated_record_never_raises(data: st.DataObject) -> None:
    answer(mutated(data.draw(st.sampled_from(SEEDS)), data.draw))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_damaged_bytes_never_raise(record: dict[str, Any], data: st.DataObject) -> None:
    body = bytearray(as_bytes(record))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(body[: data.draw(st.integers(0, len(body)))])

    TRANSLATOR.translate(raw(damaged))
    unwrap(damaged)


@settings(max_examples=150, deadline=None)
@given(values)
def test_any_json_may_stand_anywhere(value: Any) -> None:
    for key in ("tables", "data", "value", "records"):
        unwrap(json.dumps({key: value}).encode())
    for record in (BASE, for_event_hub(BASE), for_log_analytics(BASE)):
        for name in ("properties", "Properties", "claims", "Claims", "identity"):
            if name in record:
                answer(record | {name: value})
    answer({"eventType": "Microsoft.AppConfiguration.KeyValueModified", "topic": GROUP, "data": value})
    answer({"changeAttributes": value, "targetResourceId": NSG, "changes": value})


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_may_be_a_resource_id_or_an_operation(text: str) -> None:
    for resource in (text, f"/{text}", f"{GROUP}/providers/{text}", f"{NSG}/{text}"):
        answer(a_record(resource=resource))
    answer(a_record(operation=text))
    answer(a_record(operation=f"Microsoft.Network/{text}"))


HOSTILE = ["\x1b[31mred", "<script>alert(1)</script>", "=cmd()", "a\x00b", "‮evil", "x" * 1_000_000]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_text_is_only_text(text: str) -> None:
    event = event_of(
        resource=f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/{text}",
        caller=text,
        claims={},
        request={"tags": {text[:200]: text}, "properties": {"description": text}},
        correlationId=text,
    )

    assert len(event.summary) <= 200
    assert all(len(one.text) <= 1000 and len(one.place) <= 140 for one in event.statements)


def test_a_resource_id_with_a_million_steps_is_read_in_reasonable_time() -> None:
    event = event_of(resource=GROUP + "/providers/A.B" + "/c" * 1_000_000)

    assert len(event.resources[0].id) < 1000


def test_braces_in_a_name_are_no_form_of_an_id() -> None:
    container = (
        f"{GROUP}/providers/Microsoft.Storage/storageAccounts/{{id}}/blobServices/default/containers/{{0}}"
    )

    event = event_of("Microsoft.Storage/storageAccounts/blobServices/containers/write", container)

    assert event.resources[0].id == "https://{id}.blob.core.windows.net/{0}"


def test_what_is_nested_deeper_than_any_request_is_not_searched() -> None:
    nested: Any = {"description": "OPS-123"}
    for _ in range(200):
        nested = {"a": nested}

    assert event_of(request=nested).statements == ()


def test_a_body_nested_beyond_reason_is_left_aside() -> None:
    event = event_of(request='{"a":' * 100_000 + "1" + "}" * 100_000)

    assert event.statements == ()


def test_a_request_full_of_keys_is_read_in_reasonable_time() -> None:
    wide = {f"key{number}": {"tags": {"a": "b"}} for number in range(5000)}

    assert len(event_of(request=wide).statements) == 1


def test_nothing_is_kept_of_records_with_megabytes_in_their_names() -> None:
    translator = AzureTranslator()

    for number in range(20):
        translator.translate(raw(as_bytes(a_record(caller=f"{number}" + "x" * 1_000_000, claims={}))))

    assert translator._known_caller.cache_info().currsize == 0
    assert translator._known_call.cache_info().currsize == 0
