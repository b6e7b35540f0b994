"""Whoever may name a resource or send a request chooses text in these entries."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.model.event import ChangeEvent, UnreadableRecord
from providers.gcp.envelopes import unwrap
from providers.gcp.translate import GcpTranslator
from tests.providers.gcp.entries import (
    BROWSER,
    CONSOLE_REASON,
    POOL,
    TRANSLATOR,
    a_delta,
    added,
    an_entry,
    as_bytes,
    delegated,
    event_of,
    first_party,
    identity,
    metadata,
    pushed,
    raw,
    translated,
)
from tests.providers.gcp.test_risks import a_rule

SEEDS: list[dict[str, Any]] = [
    an_entry(request=a_rule("0.0.0.0/0"), operation={"id": "a", "producer": "b", "first": True}),
    an_entry(
        serviceName="cloudresourcemanager.googleapis.com",
        methodName="SetIamPolicy",
        serviceData=a_delta(added("roles/owner", "allUsers"), auditConfigDeltas=[{"action": "REMOVE"}]),
        requestMetadata=metadata(BROWSER, reason=CONSOLE_REASON),
    ),
    an_entry(
        serviceName="privilegedaccessmanager.googleapis.com",
        methodName="google.cloud.privilegedaccessmanager.v1.PrivilegedAccessManager.ApproveGrant",
        request={"name": "x", "grant": {"requestedDuration": "60s"}},
        response={"requester": "a@example.com", "requestedDuration": "60s", "state": "ACTIVE"},
    ),
    an_entry(
        authenticationInfo=delegated(first_party("a@example.com"), {"principalSubject": f"{POOL}repo:a/b:c"}),
        methodName="dns.changes.create",
        serviceName="dns.googleapis.com",
        request={
            "change": {"additions": [{"name": "a.", "type": "A"}], "labels": [{"key": "a", "value": "b"}]}
        },
    ),
    an_entry(authenticationInfo=identity(serviceAccountKeyName="k"), status={"code": 7, "message": "no"}),
]

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def mutated(value: Any, draw: Any) -> Any:
    """A copy in which some values are something else entirely."""
    if draw(st.integers(0, 9)) == 0:
        return draw(values)
    if isinstance(value, dict):
        return {key: mutated(inner, draw) for key, inner in value.items()}
    if isinstance(value, list):
        return [mutated(inner, draw) for inner in value]
    return value


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_mutated_entry_never_raises(data: st.DataObject) -> None:
    entry = mutated(data.draw(st.sampled_from(SEEDS)), data.draw)

    said = TRANSLATOR.translate(raw(json.dumps(entry).encode()))

    assert said is None or isinstance(said, ChangeEvent | UnreadableRecord)
    if isinstance(said, ChangeEvent):
        TRANSLATOR.describe(said)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_damaged_bytes_never_raise(entry: dict[str, Any], data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from([as_bytes(entry), pushed(as_bytes(entry))])))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(body[: data.draw(st.integers(0, len(body)))])

    TRANSLATOR.translate(raw(damaged))
    unwrap(damaged)


@settings(max_examples=100, deadline=None)
@given(values)
def test_any_json_may_stand_in_an_envelope(value: Any) -> None:
    for key in ("message", "receivedMessages", "data", "data_base64", "specversion"):
        event = {"specversion": "1.0", "type": "google.cloud.audit.log.v1.written"}
        unwrap(json.dumps({key: value}).encode())
        unwrap(json.dumps(event | {key: value}).encode())
        unwrap(json.dumps({"message": {"messageId": "1", key: value}}).encode())


@settings(max_examples=100, deadline=None)
@given(values)
def test_any_json_may_stand_in_an_identity(value: Any) -> None:
    for key in ("principalEmail", "serviceAccountDelegationInfo", "oauthInfo", "principalSubject"):
        TRANSLATOR.translate(raw(as_bytes(an_entry(authenticationInfo={key: value}))))
    TRANSLATOR.translate(raw(as_bytes(an_entry(authenticationInfo=value))))


def test_a_request_full_of_keys_is_read_in_reasonable_time() -> None:
    wide = {f"key{number}": {"labels": [{"key": "a", "value": "b"}] * 10} for number in range(5000)}

    assert event_of(request=wide).call.action == "v1.compute.firewalls.insert"


def test_what_is_nested_deeper_than_any_call_is_not_searched() -> None:
    nested: Any = {"description": "OPS-123"}
    for _ in range(200):
        nested = {"a": nested}

    assert event_of(request=nested).statements == ()


def test_texts_of_megabytes_are_not_kept_in_memory() -> None:
    """
    Forged entries would fill it, each with a user agent of its own.
    """
    translator = GcpTranslator()
    body = as_bytes(an_entry(requestMetadata=metadata("x" * 1_000_000)))

    first, second = translator.translate(raw(body)), translator.translate(raw(body))

    assert isinstance(first, ChangeEvent)
    assert isinstance(second, ChangeEvent)
    assert first.call == second.call
    assert first.call is not second.call


def test_a_delegation_of_millions_is_cut() -> None:
    steps = [first_party(f"a{number}@example.com") for number in range(5000)]

    assert len(event_of(authenticationInfo=delegated(*steps)).call.behind) == 20


def test_a_hostile_name_does_not_take_for_ever() -> None:
    for text in (
        "a/" * 100_000,
        "-" * 100_000,
        "a-" * 50_000 + "@",
        "repo:" + "a@1/" * 30_000,
        "1" * 200_000,
    ):
        event = event_of(resourceName=text, methodName=text, authenticationInfo=identity(text))
        TRANSLATOR.describe(event)
        translated(
            an_entry(authenticationInfo={"principalSubject": POOL + text}, insertId=text, logName=text)
        )
        event_of(requestMetadata=metadata(text, ip=text, reason=text), timestamp=text)
