"""Reading a record's bytes.

Records are read into structs, strictly first: that is fast, and nearly every record
fits. One that does not is read field by field, so that an odd field, or a spelling
that differs in case, costs that field and not the record.
"""

import json
from typing import Any, TypeVar, get_args

import msgspec

from drift.model.resource import Json
from providers.aws.record import NOBODY, NULL, TrailRecord, UserIdentity

_Struct = TypeVar("_Struct", bound=msgspec.Struct)

_STRICT = msgspec.json.Decoder(TrailRecord)
_DECODE = msgspec.json.Decoder().decode
_IDENTITY = msgspec.json.Decoder(UserIdentity | None)

NOTIFICATION = "aws:"
"""How the event source of S3's notifications begins; they also have an event name."""


def read_record(body: bytes) -> TrailRecord | None:
    """Return the record in `body`, or `None` where it is valid JSON but no record of a trail.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested beyond reason.
    """
    try:
        record = _STRICT.decode(body)
    except msgspec.ValidationError:
        return _read_leniently(body)
    if record.event_id and record.event_name and record.event_source:
        return record if record.event_source[:4] != NOTIFICATION else None
    if _may_be_of_a_trail(body):
        return _read_leniently(body)
    return record if _is_of_a_trail(record) else None


def read_identity(raw: msgspec.Raw) -> UserIdentity:
    """Return who called; empty where the record does not say."""
    try:
        identity = _IDENTITY.decode(raw) or NOBODY
    except msgspec.ValidationError:
        identity = NOBODY
    if identity.type is not None:
        return identity
    document = value_of(raw)
    return _fitted(UserIdentity, document) if isinstance(document, dict) else NOBODY


def value_of(raw: msgspec.Raw) -> Json:
    """Decode an undecoded field. Exports keep some as JSON within a string."""
    try:
        value = _DECODE(raw)
    except msgspec.ValidationError:
        value = _decode(bytes(raw))
    if isinstance(value, str) and value[:1] in ("{", "[", "n"):
        try:
            return _DECODE(value)
        except (ValueError, RecursionError):
            return value
    return value


def _may_be_of_a_trail(body: bytes) -> bool:
    folded = body.lower()
    return b"eventname" in folded or b"eventsource" in folded


def _is_of_a_trail(record: TrailRecord) -> bool:
    """Tell a record from other JSON. S3's notifications also have an event name and a source."""
    if (record.event_source or "").startswith(NOTIFICATION):
        return False
    is_named = record.event_name is not None or record.event_source is not None
    is_typed = (record.event_type or "").startswith("Aws")
    texts = (record.event_name, record.event_source, record.event_type, record.event_time, record.event_id)
    known = [text for text in (*texts, record.aws_region) if text is not None]
    undecoded = [raw for raw in (record.user_identity, record.event_version) if bytes(raw) != bytes(NULL)]
    return (is_named or is_typed) and len(known) + len(undecoded) >= 2


def _read_leniently(body: bytes) -> TrailRecord | None:
    document = _decode(body)
    if not isinstance(document, dict):
        return None
    record = _fitted(TrailRecord, document)
    return record if _is_of_a_trail(record) else None


def _decode(text: bytes) -> Json:
    try:
        return _DECODE(text)
    except msgspec.ValidationError:
        # A number beyond what a float holds: its digits are kept as text.
        found = json.loads(text, parse_float=str, parse_constant=str)
        json.dumps(found, ensure_ascii=False).encode()  # refuses lone surrogates, as msgspec does
        return found


def _fitted(kind: type[_Struct], document: dict[str, Json]) -> _Struct:
    """Fill a struct with the values that fit it, whatever the case of their keys."""
    folded: dict[str, Json] = {}
    for key, value in document.items():
        if value is not None:
            folded.setdefault(key.lower(), value)
    fields = [(field, folded.get(field.encode_name.lower())) for field in msgspec.structs.fields(kind)]
    return kind(**{field.name: _as(field.type, value) for field, value in fields if value is not None})


def _as(kind: Any, value: Json) -> Json:
    if kind is msgspec.Raw:
        return msgspec.Raw(json.dumps(value).encode())
    choices = get_args(kind)
    if isinstance(value, dict):
        return _fitted(choices[0], value) if issubclass(choices[0], msgspec.Struct) else None
    if isinstance(value, choices):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number and str in choices else None
