"""Every record of a trail can be read, however odd."""

import json
from datetime import UTC, datetime

import pytest

from drift.model.event import Effect, Outcome, UnreadableRecord
from providers.aws.translate import AwsTranslator
from tests.providers.aws.records import ABSENT, a_record, an_iam_user, as_bytes, event_of, raw, translated


def test_a_record_is_read_in_full() -> None:
    event = event_of()

    assert event.event_id == "6f1c0c5e-1111-4222-8333-444455556666"
    assert event.occurred_at == datetime(2026, 11, 20, 10, 11, 12, tzinfo=UTC)
    assert (event.call.account, event.call.region) == ("111122223333", "eu-west-1")
    assert (event.call.service, event.call.action) == ("ec2", "CreateVpc")
    assert event.outcome is Outcome.SUCCESS
    assert event.request == {"cidrBlock": "10.0.0.0/16"}
    assert event.call.source_ip == "203.0.113.7"


@pytest.mark.parametrize(
    "record",
    [
        {"eventSource": "kms.amazonaws.com", "eventName": "DeleteKey"},
        {"eventName": "DeleteKey", "eventTime": "2026-11-20T10:11:12Z"},
        {"eventSource": "kms.amazonaws.com", "userIdentity": {"accountId": "111122223333"}},
        {"userIdentity": "123", "eventName": "Something", "eventSource": "imagination"},
        {"eventType": "AwsCloudTrailInsight", "eventVersion": "1.09", "insightDetails": {"state": "Start"}},
    ],
)
def test_a_record_with_little_in_it_is_readable(record: dict[str, object]) -> None:
    event = translated(as_bytes(record))

    assert event.event_id is None
    assert event.call.region is None


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"eventName": "alone"},
        {"insertId": "a", "protoPayload": {"methodName": "storage.buckets.create"}},
        {"eventName": {"value": "EndRequest"}, "operationName": {"value": "Microsoft.Compute/write"}},
        {"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put"},
        [],
        "text",
        None,
        7,
    ],
)
def test_what_is_no_record_of_a_trail_is_left_to_others(document: object) -> None:
    assert AwsTranslator().translate(raw(json.dumps(document).encode())) is None


@pytest.mark.parametrize(
    "odd",
    [
        {"readOnly": "yes"},
        {"eventVersion": 1.08},
        {"eventVersion": None},
        {"userIdentity": []},
        {"userIdentity": {"type": 7, "userName": ["a"], "sessionContext": "none"}},
        {"userAgent": {"name": "aws-cli"}},
        {"eventTime": 1763633472},
        {"eventTime": "yesterday"},
        {"recipientAccountId": 111122223333},
        {"errorCode": False},
        {"awsRegion": {"value": "eu-west-1"}},
    ],
)
def test_an_odd_field_costs_that_field_and_not_the_record(odd: dict[str, object]) -> None:
    event = event_of(**odd)

    assert event.call.action == "CreateVpc"
    assert event.call.account == "111122223333"


def test_null_stands_for_absence_everywhere() -> None:
    record = dict.fromkeys(a_record()) | {"eventName": "CreateVpc", "eventSource": "ec2.amazonaws.com"}

    event = translated(record)

    assert event.effect is Effect.WRITE
    assert event.call.principal is None


def test_keys_are_found_in_any_case() -> None:
    """Athena and other exports write all of them in lower case."""
    record = {key.lower(): value for key, value in a_record(userIdentity=an_iam_user()).items()}
    record["useridentity"] = {key.lower(): value for key, value in record["useridentity"].items()}

    event = translated(record)

    assert event.event_id == a_record()["eventID"]
    assert event.call.principal is not None
    assert event.call.principal.name == "bob"


@pytest.mark.parametrize(
    ("said", "effect"),
    [("false", Effect.WRITE), ("true", Effect.READ), (False, Effect.WRITE), (True, Effect.READ)],
)
def test_a_flag_is_read_by_its_type(said: object, effect: Effect) -> None:
    """
    LookupEvents writes flags as text, and the text "false" is true to Python.
    """
    assert event_of(readOnly=said).effect is effect


def test_parameters_that_an_export_kept_as_text_are_opened() -> None:
    event = event_of(requestParameters='{"bucketName": "example-logs"}', responseElements="null")

    assert event.request == {"bucketName": "example-logs"}


def test_a_number_beyond_what_a_float_holds_keeps_its_digits() -> None:
    body = as_bytes(a_record(requestParameters={"size": 0})).replace(b'"size": 0', b'"size": 1e999')

    assert translated(body).request == {"size": "1e999"}


def test_a_time_without_a_zone_is_taken_as_utc_and_another_zone_is_converted() -> None:
    assert event_of(eventTime="2026-11-20T10:11:12").occurred_at == datetime(
        2026, 11, 20, 10, 11, 12, tzinfo=UTC
    )
    assert event_of(eventTime="2026-11-20T10:11:12+02:00").occurred_at == datetime(
        2026, 11, 20, 8, 11, 12, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"eventName": "x", "eventSource": "y"} trailing',
        as_bytes(a_record(userAgent="x")).replace(b'"x"', b'"\\ud800"'),
        as_bytes(a_record(requestParameters={"a": "x"})).replace(b'"x"', b'"\\udfff"'),
        as_bytes(a_record(requestParameters={"a": "x"})).replace(b'"x"', b'"\xff"'),
        as_bytes(a_record(requestParameters={"a": 0, "b": "x"}))
        .replace(b"0", b"1e999", 1)
        .replace(b'"x"', b'"\\udfff"'),
        as_bytes(a_record(requestParameters="DEEP")).replace(b'"DEEP"', b"[" * 100_000 + b"]" * 100_000),
    ],
)
def test_what_cannot_be_decoded_is_said_to_be_unreadable(body: bytes) -> None:
    said = AwsTranslator().translate(raw(body))

    assert isinstance(said, UnreadableRecord)
    assert said.error.startswith("not readable as JSON")


def test_parameters_of_a_read_are_not_decoded() -> None:
    event = event_of(
        eventName="DescribeVpcs", readOnly=True, requestParameters={"vpcSet": {}}, errorCode=ABSENT
    )

    assert event.request is None
    assert event.resources == ()
