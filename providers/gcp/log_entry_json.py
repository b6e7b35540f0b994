"""From a log entry, as the API delivers it, to the JSON that Google writes of the same entry.

The payload of an audit entry travels as a message within a message. It is opened here, and so is what
it holds, as far as the types are known: what is not keeps its type and its bytes. An entry of which no
JSON can be made is delivered in a form that every translator calls unreadable, so that it is seen.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from drift.model.resource import Json

AUDIT_LOG = "type.googleapis.com/google.cloud.audit.AuditLog"

_CLIENT = re.compile(rb"\d{5,32}(?:-[a-z0-9]{1,64})?\.apps\.googleusercontent\.com")
"""What the id of an OAuth client looks like."""

_OF_LENGTH = 2
"""The wire type of texts and messages."""

_FIELDS = {
    "service_data": "serviceData",
    "request": "request",
    "response": "response",
    "metadata": "metadata",
    "resource_original_state": "resourceOriginalState",
}
"""The parts of an audit payload in which anything may stand, and how JSON calls them."""

_ANY = "google.protobuf.Any"

Document = dict[str, Json]


def json_of(entry: Any) -> bytes:
    """Return a plain protobuf message, a `google.logging.v2.LogEntry`, in its JSON form. Never raises."""
    try:
        # Sorted, as Google writes it, and always the same: a message keeps no order of its members.
        return msgspec.json.encode(_entry(entry), order="sorted")
    except _failures():
        return msgspec.json.encode({"undecodedLogEntry": entry.SerializeToString()})


def _entry(entry: Any) -> Document:
    if not entry.HasField("proto_payload"):
        return _plain(entry)
    rest = type(entry)()
    rest.CopyFrom(entry)
    rest.ClearField("proto_payload")
    return {"protoPayload": _opened(entry.proto_payload)} | _plain(rest)


def _opened(payload: Any) -> Document:
    if payload.type_url != AUDIT_LOG:
        return _known_or_bytes(payload)
    from google.cloud.audit.audit_log_pb2 import AuditLog

    return {"@type": AUDIT_LOG} | _audit(AuditLog.FromString(payload.value))


def _audit(audit: Any) -> Document:
    """Open an audit payload. Parts in which anything may stand are opened one by one, since one may fail."""
    parts = {
        written: _known_or_bytes(getattr(audit, name))
        for name, written in _FIELDS.items()
        if audit.HasField(name)
    }
    details: list[Json] = [_known_or_bytes(one) for one in audit.status.details]
    client = _oauth_client(audit.authentication_info)
    for name in _FIELDS:
        audit.ClearField(name)
    if details:
        audit.status.ClearField("details")
    found = _plain(audit) | parts
    if details:
        found["status"]["details"] = details
    if client:
        found["authenticationInfo"]["oauthInfo"] = {"oauthClientId": client}
    return found


def _known_or_bytes(message: Any) -> Document:
    """Return a message in its JSON form, or its bytes where its type is not known or has no such form.

    Nobody must be able to hide a call by what they put into its parameters.
    """
    _know_common_types()
    try:
        return _plain(message)
    except _failures():
        if message.DESCRIPTOR.full_name == _ANY:
            return {"@type": message.type_url, "value": msgspec.to_builtins(message.value)}
        return {"undecoded": msgspec.to_builtins(message.SerializeToString())}


def _failures() -> tuple[type[Exception], ...]:
    """Return what protobuf raises of what is damaged, of no known type, or holds what JSON cannot."""
    from google.protobuf import json_format, message

    return (json_format.Error, message.Error, ValueError, TypeError, RecursionError)


def _know_common_types() -> None:
    """Let protobuf know the types that audit entries of many services hold: importing them is enough."""
    import google.iam.v1.logging.audit_data_pb2
    import google.rpc.error_details_pb2  # noqa: F401


def _oauth_client(identity: Any) -> str | None:
    """Find the id of the OAuth client, a sign of which program it was.

    Google tells it, in a field that stands in no published schema: so it is known by its form alone.
    """
    for inner in _unknown(identity):
        for text in _unknown(_as_unknown(inner)):
            if _CLIENT.fullmatch(text):
                return text.decode()
    return None


def _unknown(message: Any) -> Iterator[bytes]:
    from google.protobuf.unknown_fields import UnknownFieldSet

    return (one.data for one in UnknownFieldSet(message) if one.wire_type == _OF_LENGTH)


def _as_unknown(data: bytes) -> Any:
    """Return what may be a message as one of which no field is known; an empty one if it is none."""
    from google.protobuf.empty_pb2 import Empty
    from google.protobuf.message import DecodeError

    try:
        return Empty.FromString(data)
    except DecodeError:
        return Empty()


def _plain(message: Any) -> Document:
    from google.protobuf.json_format import MessageToDict

    found: Document = MessageToDict(message)
    return found
