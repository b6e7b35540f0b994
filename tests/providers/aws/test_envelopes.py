"""What AWS wraps records in, and what holds none."""

import json

import pytest

from providers.aws.envelopes import MAX_LAYERS, unwrap
from tests.providers.aws.records import a_record, as_bytes

RECORD = as_bytes(a_record())


def as_event(record: bytes, detail_type: str = "AWS API Call via CloudTrail") -> bytes:
    head = json.dumps({"version": "0", "detail-type": detail_type, "source": "aws.ec2"})
    return head[:-1].encode() + b', "detail": ' + record + b"}"


def as_notification(message: bytes) -> bytes:
    return json.dumps({"Type": "Notification", "MessageId": "1", "Message": message.decode()}).encode()


def as_queue_answer(*bodies: bytes) -> bytes:
    return json.dumps({"Messages": [{"MessageId": "1", "Body": body.decode()} for body in bodies]}).encode()


def as_lookup(*records: bytes) -> bytes:
    events = [{"EventId": "1", "ReadOnly": "false", "CloudTrailEvent": record.decode()} for record in records]
    return json.dumps({"Events": events, "NextToken": "t"}).encode()


@pytest.mark.parametrize(
    "envelope",
    [
        as_event(RECORD),
        as_event(RECORD, "AWS Console Sign In via CloudTrail"),
        as_event(RECORD, "AWS Service Event via CloudTrail"),
        as_notification(RECORD),
        as_notification(as_event(RECORD)),
        as_queue_answer(RECORD),
        as_queue_answer(as_notification(as_event(RECORD))),
        json.dumps({"MessageId": "1", "Body": as_event(RECORD).decode()}).encode(),
        as_lookup(RECORD),
        json.dumps({"EventId": "1", "CloudTrailEvent": RECORD.decode()}).encode(),
        as_notification(b'{"Records": [' + RECORD + b"]}"),
    ],
)
def test_the_record_comes_out_exactly_as_delivered(envelope: bytes) -> None:
    assert unwrap(envelope) == [RECORD]


def test_records_keep_their_order() -> None:
    records = [as_bytes(a_record(eventID=str(number))) for number in range(3)]

    assert unwrap(as_lookup(*records)) == records
    assert unwrap(as_queue_answer(*map(as_event, records))) == records


@pytest.mark.parametrize(
    "document",
    [
        {"Records": []},
        {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}] * 2},
        {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "example-trail"},
        {
            "awsAccountId": "111122223333",
            "digestS3Object": "a",
            "digestPublicKeyFingerprint": "b",
            "logFiles": [],
        },
        {"s3Bucket": "example-trail", "s3ObjectKey": ["a.json.gz"]},
        {"detail-type": "Object Created", "source": "aws.s3", "detail": {"object": {"key": "a.json.gz"}}},
        {"Type": "Notification", "Message": "CloudTrail validation message."},
        {"Type": "Notification", "Message": '{"Records": []}'},
        {"Events": []},
        {"Messages": []},
    ],
)
def test_what_only_announces_files_holds_no_record(document: object) -> None:
    opened = unwrap(json.dumps(document).encode())

    assert opened is not None
    assert list(opened) == []


@pytest.mark.parametrize(
    "document",
    [
        RECORD,
        b'{"Records": [' + RECORD + b"]}",
        b'{"Records": [{"eventSource": "aws:s3"}, ' + RECORD + b"]}",
        b'{"Records": {"eventSource": "aws:s3"}}',
        b'{"detail": {}, "detail-type": "EC2 Instance State-change Notification", "source": "aws.ec2"}',
        b'{"Type": "Notification", "Message": "hello"}',
        b'{"Message": "{}", "level": "info"}',
        b'{"Body": "{}", "Subject": "a mail"}',
        b'{"Events": "none"}',
        b'{"Messages": {"Body": 1}}',
        b'{"protoPayload": {}}',
        b"[]",
        b"7",
        b"{",
        b"",
        b'{"a": "\\ud800"}',
    ],
)
def test_what_is_no_envelope_is_said_to_be_none(document: bytes) -> None:
    """Lists of records are the core's to split, so that one damaged record does not hide the rest."""
    assert unwrap(document) is None


HALF = RECORD.replace(b'"userAgent": "', b'"userAgent": "\\ud83d ', 1)
"""Whoever calls AWS chooses the user agent."""


@pytest.mark.parametrize(
    "envelope",
    [
        as_event(HALF),
        as_notification(HALF),
        as_notification(as_event(HALF)),
        as_queue_answer(as_notification(as_event(HALF))),
        as_lookup(HALF),
        as_event(HALF)[:-1] + b', "note": "\\udc00"}',
    ],
    ids=["event", "notification", "event in one", "queue", "lookup", "twice"],
)
def test_half_a_surrogate_pair_hides_no_record_and_stays_as_it_was_delivered(envelope: bytes) -> None:
    assert HALF != RECORD
    assert unwrap(envelope) == [HALF]


def test_half_a_surrogate_pair_in_an_envelope_costs_one_character_of_it() -> None:
    """
    A message is text within text: where that itself is damaged, no bytes of the record are left to keep.
    """
    envelope = as_notification(RECORD)[:-1] + b', "Subject": "\\ud83d"}'
    damaged = as_notification(RECORD).replace(b"aws-cli", b"\\ud83d", 1)

    assert b"aws-cli" in RECORD
    assert unwrap(envelope) == [RECORD]
    assert unwrap(damaged) == [RECORD.replace(b"aws-cli", "\ufffd".encode(), 1)]


def test_of_several_records_each_keeps_its_half() -> None:
    others = [HALF.replace(b"ud83d", half) for half in (b"udc00", b"uDBFF", b"ud83d")]

    assert unwrap(as_queue_answer(*map(as_event, others))) == others
    assert unwrap(b'{"Messages": [' + b", ".join(map(as_event, others)) + b"]}") == others


def test_an_element_without_a_record_stays_in_its_place() -> None:
    """Then it is reported as unreadable, and nothing is dropped."""
    envelope = (
        b'{"Messages": [{"Body": "no JSON"}, {"Body": ' + json.dumps(RECORD.decode()).encode() + b"}, 7]}"
    )

    assert unwrap(envelope) == [b'{"Body": "no JSON"}', RECORD, b"7"]


def test_messages_within_messages_are_opened_only_so_far() -> None:
    nested = RECORD
    for _ in range(MAX_LAYERS + 3):
        nested = as_notification(nested)

    opened = unwrap(nested)

    assert opened is not None
    assert len(opened) == 1
    assert opened != [RECORD]
