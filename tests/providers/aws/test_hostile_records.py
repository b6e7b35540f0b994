"""Whoever may name a resource or a session chooses text in these records."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.model.event import ChangeEvent, Repeat, UnreadableRecord
from providers.aws.envelopes import unwrap
from providers.aws.translate import AwsTranslator
from tests.providers.aws.records import (
    S3_CONSOLE,
    a_record,
    a_role_session,
    as_bytes,
    event_of,
    raw,
)
from tests.providers.aws.test_openings import a_launch, a_role_switch, an_opening
from tests.providers.aws.test_risks import EVERYBODY, a_policy, a_rule

SEEDS: list[dict[str, Any]] = [
    a_record(),
    a_record(eventName="AuthorizeSecurityGroupIngress", requestParameters=a_rule()),
    a_record(eventSource="s3.amazonaws.com", eventName="PutBucketPolicy", userAgent=S3_CONSOLE)
    | {"requestParameters": {"bucketName": "b", "bucketPolicy": a_policy(EVERYBODY)}},
    a_record(
        **an_opening(
            requestParameters={"roleArn": "arn:aws:iam::1:role/x", "tags": [{"key": "a", "value": "b"}]}
        )
    ),
    a_record(**a_role_switch()),
    a_record(**a_launch(), addendum={"reason": "UPDATED_DATA", "originalEventID": "1"}, sharedEventID="2"),
    a_record(eventSource="quantum.amazonaws.com", requestParameters={"bitId": "b-1", "tags": {"a": "b"}}),
    a_record(
        userIdentity=a_role_session(
            "d", "run-1", webIdFederationData={"federatedProvider": "token.actions.githubusercontent.com"}
        )
    ),
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
def test_a_mutated_record_never_raises(data: st.DataObject) -> None:
    record = mutated(data.draw(st.sampled_from(SEEDS)), data.draw)

    translator = AwsTranslator()
    said = translator.translate(raw(json.dumps(record).encode()))

    assert said is None or isinstance(said, ChangeEvent | Repeat | UnreadableRecord)
    if isinstance(said, ChangeEvent):
        described = translator.describe(said)
        assert translator.describe(described) == described


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_damaged_bytes_never_raise(record: dict[str, Any], data: st.DataObject) -> None:
    body = bytearray(as_bytes(record))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(body[: data.draw(st.integers(0, len(body)))])

    AwsTranslator().translate(raw(damaged))
    unwrap(damaged)


@settings(max_examples=100, deadline=None)
@given(values)
def test_any_json_may_stand_in_an_envelope(value: Any) -> None:
    for key in ("Records", "Events", "Messages", "Message", "Body", "detail", "CloudTrailEvent"):
        unwrap(json.dumps({key: value, "Type": "Notification", "detail-type": "x via CloudTrail"}).encode())
        unwrap(json.dumps({key: value}).encode())


def test_a_record_full_of_keys_is_read_in_reasonable_time() -> None:
    wide = {f"key{number}": {"tags": [{"key": "a", "value": "b"}] * 10} for number in range(5000)}

    event = event_of(requestParameters=wide)

    assert event.call.action == "CreateVpc"


def test_what_is_nested_deeper_than_any_call_is_not_searched() -> None:
    nested: Any = {"description": "OPS-123"}
    for _ in range(200):
        nested = {"a": nested}

    event = event_of(userIdentity=None, requestParameters=nested)

    assert event.statements == ()
