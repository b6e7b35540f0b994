"""What Google Cloud wraps log entries in: Pub/Sub messages, pushed or pulled, and CloudEvents.

The entries inside keep their bytes exactly as delivered, which for a message is what its
base64 text decodes to. A file with an `entries` list is no envelope: the core splits it, so
that one damaged entry does not hide the rest. A notification of Cloud Storage about an object
is an empty envelope. A message that nothing can be found in stays in its place, to be
reported as unreadable.
"""

import binascii
from collections.abc import Sequence

import msgspec

from providers.raw_json import Fields, elements_of, fields_of, text_of

RECORD_HEADS = (
    b'{"insertId":"',
    b'{"insertId": "',
    b'{"protoPayload":{"',
    b'{"protoPayload": {"',
    b'{"logName":"projects/',
    b'{"logName": "projects/',
)
"""How sinks, the API and its clients write entries. No envelope begins with any of these."""

CLOUD_EVENTS = ("google.cloud.audit.", "google.cloud.pubsub.")
"""The types of CloudEvents that carry entries: as they are, or in a message."""

OBJECT_EVENT = "OBJECT_"
"""How the kinds of Cloud Storage's notifications begin."""

MARKS = (b'"message"', b'"receivedMessages"', b'"received_messages"', b'"specversion"')
"""One of these stands in every envelope."""

_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def unwrap(document: bytes) -> Sequence[bytes] | None:
    """Return the entries inside an envelope in their order, or `None` if it is no envelope of Google's."""
    if not any(mark in document for mark in MARKS):
        return None
    fields = fields_of(document)
    if fields is None:
        return None
    if "specversion" in fields:
        return _in_event(fields)
    for key in ("receivedMessages", "received_messages"):
        if key in fields:
            return _each(fields[key])
    return _in_message(fields["message"]) if "message" in fields else None


def _in_event(fields: Fields) -> list[bytes] | None:
    if not text_of(fields, "type").startswith(CLOUD_EVENTS):
        return None
    if "data" in fields:
        return [bytes(fields["data"])]
    decoded = _decoded(text_of(fields, "data_base64"))
    return None if decoded is None else [decoded]


def _each(elements: msgspec.Raw) -> list[bytes] | None:
    found = elements_of(elements)
    if found is None:
        return None
    entries: list[bytes] = []
    for element in found:
        fields = fields_of(element) or {}
        opened = _in_message(fields["message"]) if "message" in fields else None
        entries.extend([bytes(element)] if opened is None else opened)
    return entries


def _in_message(message: msgspec.Raw) -> list[bytes] | None:
    """Open a message of Pub/Sub; `None` if this is none."""
    fields = fields_of(message)
    if fields is None or not ({"data", "messageId", "message_id"} & fields.keys()):
        return None
    attributes = fields_of(fields["attributes"]) if "attributes" in fields else None
    if text_of(attributes or {}, "eventType").startswith(OBJECT_EVENT):
        return []
    decoded = _decoded(text_of(fields, "data"))
    return [bytes(message)] if decoded is None else [decoded]


def _decoded(text: str) -> bytes | None:
    """Decode base64 in either alphabet; `None` where there is nothing, or something else."""
    plain = text.encode().translate(_URL_SAFE).rstrip(b"=")
    try:
        return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4), strict_mode=True) or None
    except ValueError:
        return None
