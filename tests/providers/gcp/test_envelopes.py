"""What entries travel in."""

import base64
import json

import pytest

from providers.gcp.envelopes import RECORD_HEADS, unwrap
from tests.providers.gcp.entries import an_entry, as_bytes, pushed

ENTRY = as_bytes(an_entry())


def test_a_pushed_message_gives_the_entry_as_delivered() -> None:
    spaced = ENTRY.replace(b": ", b" :\n")

    assert unwrap(pushed(spaced)) == [spaced]


@pytest.mark.parametrize("key", ["receivedMessages", "received_messages"])
def test_pulled_messages_give_their_entries_in_order(key: str) -> None:
    messages = [json.loads(pushed(body)) | {"ackId": "a"} for body in (b'{"a": 1}', b'{"b": 2}')]

    assert unwrap(json.dumps({key: messages}).encode()) == [b'{"a": 1}', b'{"b": 2}']


def test_no_messages_are_an_empty_envelope() -> None:
    assert unwrap(b'{"receivedMessages": []}') == []


def test_a_message_in_the_url_safe_alphabet_without_padding_is_decoded() -> None:
    body = b'{"a": "\xc3\xbf\xc3\xbf\xc3\xbe??>>"}'
    data = base64.urlsafe_b64encode(body).decode().rstrip("=")

    assert unwrap(json.dumps({"message": {"data": data}}).encode()) == [body]


def test_an_eventarc_event_gives_its_data_as_delivered() -> None:
    event = b'{"specversion": "1.0", "type": "google.cloud.audit.log.v1.written", "data":  ' + ENTRY + b" }"

    assert unwrap(event) == [ENTRY]


def test_data_of_an_event_in_base64_is_decoded() -> None:
    data = base64.b64encode(ENTRY).decode()
    event = {"specversion": "1.0", "type": "google.cloud.audit.log.v1.written", "data_base64": data}

    assert unwrap(json.dumps(event).encode()) == [ENTRY]


def test_an_event_about_a_message_gives_the_message() -> None:
    """
    The core unwraps what comes out of an envelope again.
    """
    event = b'{"specversion": "1.0", "type": "google.cloud.pubsub.topic.v1.messagePublished", "data": %b}'

    [message] = unwrap(event % pushed(ENTRY)) or []

    assert unwrap(message) == [ENTRY]


def test_a_notification_about_an_object_is_an_empty_envelope() -> None:
    assert unwrap(pushed(b"{}", attributes={"eventType": "OBJECT_FINALIZE", "bucketId": "logs"})) == []


def test_a_message_that_nothing_is_found_in_stays_in_its_place() -> None:
    """
    It is reported as unreadable, never dropped.
    """
    message = b'{"data": "%%%", "messageId": "1"}'

    assert unwrap(b'{"message": ' + message + b"}") == [message]
    assert unwrap(b'{"receivedMessages": [7, {"message": ' + message + b"}]}") == [b"7", message]


@pytest.mark.parametrize(
    "document",
    [
        ENTRY,
        as_bytes(an_entry(status={"message": "no", "code": 7})),
        b'{"message": "hello"}',
        b'{"message": {"text": "hello"}}',
        b'{"specversion": "1.0", "type": "com.example.other", "data": {}}',
        b'{"specversion": "1.0", "type": "google.cloud.audit.log.v1.written"}',
        b'{"receivedMessages": 7}',
        b'["message"]',
        b'{"message": ',
        b"7",
    ],
)
def test_what_is_no_envelope_is_left_alone(document: bytes) -> None:
    assert unwrap(document) is None


def test_plain_entries_are_told_by_how_they_begin() -> None:
    assert as_bytes(an_entry()).startswith(RECORD_HEADS)
    assert not pushed(ENTRY).startswith(RECORD_HEADS)
