"""Which objects a queue's message announces, whoever told the queue of them.

S3 itself, or S3 through SNS, with an envelope or without; the topic of a trail; EventBridge. Each may
lie in up to two envelopes of SNS.
"""

from dataclasses import dataclass
from urllib.parse import unquote_plus

from providers.aws.envelopes import S3_ITSELF, VALIDATION, VIA_CLOUDTRAIL
from providers.raw_json import Fields, elements_of, fields_of, text_of

MAX_WRAPPERS = 2

CREATED = "ObjectCreated:"
"""How S3 calls what it tells of a new object, with or without `s3:` before it."""

CREATED_ON_BUS = "Object Created"
BUS_SOURCE = "aws.s3"
TEST = "s3:TestEvent"

WRITTEN_ONCE = "as delivered"
"""The version of an object of which only the name was told. CloudTrail never writes one twice."""


@dataclass(frozen=True, slots=True)
class Announced:
    """One object."""

    bucket: str
    key: str
    version: str
    """Its ETag, where the message has it."""


def announced(body: str) -> tuple[Announced, ...] | None:
    """Return the objects that a message announces; `None` if it is no announcement.

    Messages of a test, and those about objects that were removed or tagged, announce nothing.
    """
    return _announced(body, MAX_WRAPPERS)


def _announced(body: str, wrappers: int) -> tuple[Announced, ...] | None:
    if body.strip() == VALIDATION:
        return ()
    fields = fields_of(body.encode(errors="replace"))
    if fields is None:
        return None
    if text_of(fields, "Type") == "Notification" and "Message" in fields:
        return _announced(text_of(fields, "Message"), wrappers - 1) if wrappers else None
    if text_of(fields, "Event") == TEST:
        return ()
    if "s3Bucket" in fields and "s3ObjectKey" in fields:
        return _by_trail(fields)
    if text_of(fields, "source") == BUS_SOURCE and "detail" in fields:
        return _on_bus(fields)
    return _by_s3(fields) if "Records" in fields else None


def _by_s3(fields: Fields) -> tuple[Announced, ...] | None:
    """Read S3's notification. It writes keys as in a URL."""
    found = []
    for element in elements_of(fields["Records"]) or ():
        record = fields_of(element)
        if record is None or text_of(record, "eventSource") != S3_ITSELF:
            return None
        if not text_of(record, "eventName").removeprefix("s3:").startswith(CREATED):
            continue
        told = _members(record, "s3")
        one = _members(told, "object")
        found.append(
            Announced(
                text_of(_members(told, "bucket"), "name"),
                unquote_plus(text_of(one, "key")),
                text_of(one, "eTag") or WRITTEN_ONCE,
            )
        )
    return _if_named(found)


def _by_trail(fields: Fields) -> tuple[Announced, ...] | None:
    """Read what CloudTrail tells the topic of a trail: the names of files, as they are."""
    keys = [text_of({"key": key}, "key") for key in elements_of(fields["s3ObjectKey"]) or ()]
    return _if_named([Announced(text_of(fields, "s3Bucket"), key, WRITTEN_ONCE) for key in keys])


def _on_bus(fields: Fields) -> tuple[Announced, ...] | None:
    """Read an event of EventBridge, which writes keys as they are. A call to S3 is a record by itself."""
    kind = text_of(fields, "detail-type")
    if kind != CREATED_ON_BUS:
        return None if kind.endswith(VIA_CLOUDTRAIL) else ()
    told = _members(fields, "detail")
    one = _members(told, "object")
    version = text_of(one, "etag") or text_of(one, "eTag") or WRITTEN_ONCE
    return _if_named([Announced(text_of(_members(told, "bucket"), "name"), text_of(one, "key"), version)])


def _members(fields: Fields, key: str) -> Fields:
    return (fields_of(fields[key]) if key in fields else None) or {}


def _if_named(found: list[Announced]) -> tuple[Announced, ...] | None:
    """Return what was found, or nothing of it where a name is missing or no name: it is not understood."""
    are_names = all(one.bucket and one.key and f"{one.bucket}{one.key}".isprintable() for one in found)
    return tuple(found) if are_names else None
