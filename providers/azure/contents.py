"""The parts of a record that are decoded only where they matter."""

import re
from dataclasses import dataclass
from typing import Any

from drift.model.resource import Json
from providers.azure.json_text import value_of
from providers.azure.record import Activity, Kind
from providers.azure.request import get, leads_to
from providers.azure.signals import Signals

REQUEST = "requestbody"
RESPONSE = "responsebody"

CHANGES = "changes"
ANSWER = "responseBody"
"""Where an event's parameters hold what changed, or the answer."""

HIDDEN = "(not taken over)"

MAX_DEPTH = 64

_STEP = re.compile(r'[^.\[\]"]+|"[^"]*"')
"""A step of a path of Resource Graph: `properties.securityRules["ssh"].priority`."""

_IN_TEXT = frozenset({"policies", "statusmessage"})
"""Properties that hold JSON as text, besides what was asked and answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What was asked of a service, and what it answered."""

    request: Json
    """The body of the request, else all that the record tells besides."""
    response: Json
    status: Json
    """Why the call failed."""
    policies: Json
    """The policies that made the cloud act."""


EMPTY = Contents(request=None, response=None, status=None, policies=None)
"""Of a read: nobody needs its parameters."""


def contents_of(activity: Activity, signals: Signals) -> Contents:
    """Decode what a call was asked and answered, without the values that are never taken over."""
    found = value_of(activity.properties)
    hidden = [key for row in signals.hidden if row.cover(activity.operation) for key in row.keys]
    if activity.kind is Kind.CHANGE:
        request = {CHANGES: _without(found, hidden, ())}
        return Contents(request=request, response=None, status=None, policies=None)
    inner = get(found, "eventProperties")
    properties = value_of(inner) if isinstance(inner, str) else inner or found
    if not isinstance(properties, dict):
        return EMPTY
    read = {key: _read(key, value) for key, value in properties.items()}
    request, response = _body(read, REQUEST, hidden), _body(read, RESPONSE, hidden)
    rest = {key: value for key, value in read.items() if key.lower() not in (REQUEST, RESPONSE) and value}
    if response is not None:
        rest[ANSWER] = response
    return Contents(
        request=request or rest or None,
        response=response,
        status=get(read, "statusMessage"),
        policies=get(read, "policies"),
    )


def body_of(request: Json) -> Json:
    """Return the resource as the parameters of an event tell it: as asked, as answered, or as changed."""
    if not isinstance(request, dict):
        return request
    return _after(request[CHANGES]) if CHANGES in request else request.get(ANSWER, request)


def _read(key: str, value: Json) -> Json:
    is_text = key.lower() in (REQUEST, RESPONSE) or key.lower() in _IN_TEXT
    return value_of(value) if is_text and isinstance(value, str) else value


def _body(properties: dict[str, Json], name: str, hidden: list[str]) -> Json:
    """Return a body that is whole; a text that was cut off within tells nothing surely."""
    found = get(properties, name)
    return _without(found, hidden, ()) if isinstance(found, dict | list) and found else None


def _without(value: Json, hidden: list[str], path: tuple[str, ...]) -> Json:
    """Return a copy in which nothing is told of what stands below the `hidden` keys."""
    if not hidden:
        return value
    if len(path) > MAX_DEPTH:
        return HIDDEN
    if isinstance(value, list):
        return [_without(inner, hidden, path) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _blank(inner) if _is_hidden(below, len(path), hidden) else _without(inner, hidden, below)
        for key, inner in value.items()
        for below in [(*path, *_steps(key))]
    }


def _is_hidden(path: tuple[str, ...], known: int, hidden: list[str]) -> bool:
    """Tell whether one of the steps beyond the `known` ones leads to a hidden key."""
    ends = range(known + 1, len(path) + 1)
    return any(leads_to(path[:end], key) for end in ends for key in hidden)


def _blank(value: Json) -> Json:
    """Keep the names, for they tell which settings were written, and nothing else."""
    if isinstance(value, dict):
        return dict.fromkeys(value, HIDDEN)
    return HIDDEN if value not in (None, "", [], {}) else value


def _steps(key: str) -> list[str]:
    return [step.strip('"') for step in _STEP.findall(key)]


def _after(changes: Json) -> dict[str, Any]:
    """Return the resource as far as the changes tell, in its own structure."""
    after: dict[str, Any] = {}
    for path, change in changes.items() if isinstance(changes, dict) else ():
        steps, inner = _steps(path)[:MAX_DEPTH], after
        for step in steps[:-1]:
            following = inner.setdefault(step, {})
            inner = following if isinstance(following, dict) else {}
        if steps:
            inner[steps[-1]] = get(change, "newValue")
    return after
