"""What AWS wraps records in: EventBridge events, LookupEvents answers, SNS and SQS messages.

The records inside keep their bytes exactly as delivered. A file with a `Records` list is
no envelope: the core splits it, so that one damaged record does not hide the rest. What
announces files and holds no record (S3 notifications, digests) is an empty envelope.
An element that nothing can be found in stays in its place, to be reported as unreadable.
"""

from collections.abc import Sequence

import msgspec

from providers.raw_json import Fields, elements_of, fields_of, text_of

MAX_LAYERS = 4
"""SQS around SNS around EventBridge around the record; nothing real is deeper."""

RECORD_HEADS = (b'{"eventVersion":"1.', b'{"eventVersion": "1.')
"""How CloudTrail writes its records. S3's notifications begin with a version 2, and no envelope with any."""

VIA_CLOUDTRAIL = "via CloudTrail"
VALIDATION = "CloudTrail validation message."
"""What CloudTrail sends to a topic once, to see whether it may."""

S3_ITSELF = "aws:s3"
"""Source of a notification about a file; CloudTrail's own records name `s3.amazonaws.com`."""

DIGEST_KEYS = frozenset({"digestS3Object", "digestPublicKeyFingerprint"})
LOOKUP_KEYS = frozenset({"Events", "NextToken", "ResponseMetadata"})
QUEUE_KEYS = frozenset({"Messages", "ResponseMetadata"})
MESSAGE_KEYS = frozenset(
    ("Body", "MessageId", "ReceiptHandle", "MD5OfBody", "Attributes", "MessageAttributes")
)


def unwrap(document: bytes) -> Sequence[bytes] | None:
    """Return the records inside an envelope in their order, or `None` if it is no envelope of AWS."""
    fields = fields_of(document)
    if fields is None:
        return None
    if "eventName" in fields:
        return () if text_of(fields, "eventSource") == S3_ITSELF else None
    if "Records" in fields:
        return () if _announces_files(fields) else None
    return _opened(fields, MAX_LAYERS)


def _opened(fields: Fields, layers: int) -> list[bytes] | None:
    if _announces_files(fields):
        return []
    if "detail" in fields and text_of(fields, "detail-type").endswith(VIA_CLOUDTRAIL):
        return [bytes(fields["detail"])]
    if "CloudTrailEvent" in fields:
        return [text_of(fields, "CloudTrailEvent").encode() or bytes(fields["CloudTrailEvent"])]
    if "Events" in fields and fields.keys() <= LOOKUP_KEYS:
        return _each(fields["Events"], layers)
    if "Messages" in fields and fields.keys() <= QUEUE_KEYS:
        return _each(fields["Messages"], layers)
    if "Records" in fields:
        return _each(fields["Records"], layers)
    if "Message" in fields and text_of(fields, "Type") == "Notification":
        return _in_text(text_of(fields, "Message"), layers)
    if "Body" in fields and fields.keys() <= MESSAGE_KEYS:
        return _in_text(text_of(fields, "Body"), layers)
    return None


def _each(elements: msgspec.Raw, layers: int) -> list[bytes] | None:
    found = elements_of(elements)
    if found is None:
        return None
    records: list[bytes] = []
    for element in found:
        fields = fields_of(element)
        opened = None if fields is None or "eventName" in fields else _opened(fields, layers)
        records.extend([bytes(element)] if opened is None else opened)
    return records


def _in_text(text: str, layers: int) -> list[bytes] | None:
    """Open the message that an envelope carries as text."""
    if text == VALIDATION:
        return []
    document = text.encode()
    fields = fields_of(document)
    if fields is None:
        return None
    opened = _opened(fields, layers - 1) if layers and "eventName" not in fields else None
    return [document] if opened is None else opened


def _announces_files(fields: Fields) -> bool:
    """Tell whether this is about files, and holds no record itself."""
    if not DIGEST_KEYS.isdisjoint(fields) or {"s3Bucket", "s3ObjectKey"} <= fields.keys():
        return True
    if text_of(fields, "Event") == "s3:TestEvent":
        return True
    if text_of(fields, "source") == "aws.s3" and "detail-type" in fields:
        return not text_of(fields, "detail-type").endswith(VIA_CLOUDTRAIL)
    return "Records" in fields and _are_notifications(fields["Records"])


def _are_notifications(records: msgspec.Raw) -> bool:
    whole = bytes(records)
    if b'"aws:s3"' not in whole:
        return whole.strip(b"[ \t\r\n]") == b""
    each = [fields_of(record) for record in elements_of(whole) or []]
    return bool(each) and all(fields and text_of(fields, "eventSource") == "aws:s3" for fields in each)
