"""Reading an entry's bytes.

Entries are read into structs, strictly first: that is fast, and nearly every entry fits.
One that does not is read field by field, so that an odd field costs that field and not the
entry, whether its keys are written `methodName`, `method_name` or `methodname`.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from drift.model.resource import Json
from providers.gcp.record import Authentication, LogEntry
from providers.raw_json import mended

_Struct = TypeVar("_Struct", bound=msgspec.Struct)
_Any = TypeVar("_Any")

_STRICT = msgspec.json.Decoder(LogEntry)
_IDENTITY = msgspec.json.Decoder(Authentication)

_ANYTHING: msgspec.json.Decoder[Json] = msgspec.json.Decoder()
_OTHERWISE = re.compile(
    rb'"(?:(?:method|service|principal)_\w+|authentication_info|request_metadata|caller_ip|callerIP)"'
    rb'|"(?:methodname|authenticationinfo|requestmetadata|callerip)"'
)

AUDIT_LOG = "AuditLog"
LONGEST_KEY = 64
"""No key of Google's is longer; forged ones are not worth remembering."""

ALIASES = {
    "protopayloadauditlog": "protopayload",
    "requestjson": "request",
    "responsejson": "response",
    "metadatajson": "metadata",
    "servicedatav1iam": "servicedata",
}
"""How the columns of an export to BigQuery are called."""


def read_record(body: bytes) -> LogEntry | None:
    """Return the entry in `body`, or `None` where it is valid JSON but no audit entry.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested beyond reason.
    """
    try:
        entry = _decoded(_STRICT, body)
    except msgspec.ValidationError:
        return _read_leniently(body)
    if entry.proto_payload is not None and not _is_spelled_otherwise(entry, body):
        return entry if _is_audit(entry) else None
    if b"protopayload" not in body.lower().replace(b"_", b""):
        return None
    return _read_leniently(body)


def read_identity(raw: msgspec.Raw) -> Authentication:
    """Return who called; what does not fit is left out."""
    try:
        known = _decoded(_IDENTITY, bytes(raw))
    except msgspec.ValidationError:
        known = Authentication()
    if known.principal_email or known.principal_subject:
        return known
    found = value_of(raw)
    return _fitted(Authentication, found) if isinstance(found, dict) else known


def value_of(raw: msgspec.Raw) -> Json:
    """Decode an undecoded field. Exports to tables keep some as JSON within a string."""
    value = _decode(bytes(raw))
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return _decode(value.encode())
        except (ValueError, RecursionError):
            return value
    return value


def folded(key: str) -> str:
    """Return a key without case and underscores, in which spellings of one name agree."""
    return _known_folded(key) if len(key) <= LONGEST_KEY else key.lower().replace("_", "")


@lru_cache(maxsize=8192)
def _known_folded(key: str) -> str:
    plain = key.lower().replace("_", "")
    return ALIASES.get(plain, plain)


def _is_spelled_otherwise(entry: LogEntry, body: bytes) -> bool:
    """Tell whether the strict reading missed something because its key is written in another way."""
    payload = entry.payload
    if payload.method_name and entry.metadata.caller_ip and bytes(payload.authentication_info) != b"null":
        return False
    return _OTHERWISE.search(body) is not None


def _is_audit(entry: LogEntry) -> bool:
    """Tell an audit entry from any other: some examples and exports leave the payload's type out."""
    payload = entry.payload
    if payload.type_url is not None:
        return payload.type_url.endswith(AUDIT_LOG)
    return payload.method_name is not None or payload.service_name is not None


def _read_leniently(body: bytes) -> LogEntry | None:
    document = _decode(body)
    if not isinstance(document, dict):
        return None
    entry = _fitted(LogEntry, document)
    return entry if entry.proto_payload is not None and _is_audit(entry) else None


def _decode(text: bytes) -> Json:
    try:
        return _decoded(_ANYTHING, text)
    except msgspec.ValidationError:
        # A number beyond what a float holds: its digits are kept as text.
        return json.loads(mended(text), parse_float=str, parse_constant=str)


def _decoded(decoder: msgspec.json.Decoder[_Any], text: bytes) -> _Any:
    """Decode `text`, with a sign of replacement where half of a surrogate pair stands.

    Whoever can put one into a user agent must not be able to make the whole entry unreadable.
    """
    try:
        return decoder.decode(text)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        if (whole := mended(text)) == text:
            raise
        return decoder.decode(whole)


def _fitted(kind: type[_Struct], document: Mapping[str, Json]) -> _Struct:
    """Fill a struct with the values that fit it, whatever the spelling of their keys."""
    known: dict[str, Json] = {}
    for key, value in document.items():
        if value is not None:
            known.setdefault(folded(key), value)
    fields = [(field, known.get(folded(field.encode_name))) for field in msgspec.structs.fields(kind)]
    found = {field.name: _as(field.type, value) for field, value in fields if value is not None}
    return kind(**{name: value for name, value in found.items() if value is not None})


def _as(kind: Any, value: Json) -> Json:
    """Return `value` in the form that a field asks for, or `None` where it has another."""
    if kind is msgspec.Raw:
        return msgspec.Raw(json.dumps(value).encode())
    choices = get_args(kind)
    many = next((one for one in choices if get_origin(one) is tuple), None)
    if many is not None:
        fitted = [_as(get_args(many)[0] | None, one) for one in value] if isinstance(value, list) else []
        return tuple(one for one in fitted if one is not None)
    if any(get_origin(one) is dict for one in choices):
        return _texts(value, keeps_all=object in get_args(choices[0])) if isinstance(value, dict) else None
    if isinstance(value, dict):
        return _fitted(choices[0], value) if issubclass(choices[0], msgspec.Struct) else None
    if isinstance(value, choices):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number and str in choices else None


def _texts(value: dict[str, Json], *, keeps_all: bool) -> dict[str, Json]:
    """Return the labels that are texts, or all members where any value may stand."""
    return {key: one for key, one in value.items() if keeps_all or isinstance(one, str)}
