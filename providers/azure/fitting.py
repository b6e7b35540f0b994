"""Fitting JSON to a struct field by field, for records that a decoder refuses or that are spelled otherwise.

Names are compared without case and underscores: `eventDataId`, `event_data_id` and `EventDataId`
are one, and so are the claims that exports spell differently.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeVar, get_args

import msgspec

from drift.model.resource import Json
from providers.azure.json_text import value_of

_Struct = TypeVar("_Struct", bound=msgspec.Struct)


def fold(name: str) -> str:
    """Return the name by which spellings are compared."""
    return name.lower().replace("_", "")


def fields_of(value: Json) -> dict[str, Json]:
    """Return the fields of an object, or of one within a text, by their folded names; the first counts."""
    found = value_of(value) if isinstance(value, str) else value
    if not isinstance(found, dict):
        return {}
    return {fold(key): inner for key, inner in reversed(found.items()) if inner is not None}


def fitted(kind: type[_Struct], fields: Mapping[str, Json]) -> _Struct:
    """Fill a struct with those fields whose values fit it."""
    found = [(field, fields.get(fold(field.encode_name))) for field in msgspec.structs.fields(kind)]
    return kind(**{field.name: _as(field.type, value) for field, value in found if value is not None})


def _as(kind: Any, value: Json) -> Json:
    if kind is msgspec.Raw:
        return msgspec.Raw(json.dumps(value).encode())
    choices = get_args(kind)
    struct = next((one for one in choices if issubclass(one, msgspec.Struct)), None)
    if struct is not None and (fields := fields_of(value)):
        return fitted(struct, fields)
    if isinstance(value, choices):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number and str in choices else None
