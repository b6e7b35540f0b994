"""Scalars as texts, so that no two values look alike and those that Terraform converts are equal."""

import json

from drift.model.resource import Json


def scalar_text(value: Json) -> str | None:
    """Return a scalar as Terraform converts it to a string, quoted so that no two values look alike."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return json.dumps(str(value).lower())
    if isinstance(value, float) and value.is_integer():
        return json.dumps(str(int(value)))
    return json.dumps(str(value))


def element_text(form: Json) -> str:
    """Return a text that orders and tells apart canonical forms."""
    return form if isinstance(form, str) else json.dumps(form, sort_keys=True)


def elements(value: Json) -> list[Json]:
    """Return the elements of a list, a scalar as the only one, and none of what is empty."""
    if isinstance(value, list):
        return value
    return [] if scalar_text(value) is None else [value]
