"""The parts of an entry that are decoded only where they matter."""

from collections.abc import Collection
from dataclasses import dataclass

from drift.model.resource import Json
from providers.gcp.reading import folded, value_of
from providers.gcp.record import AuditLog

HIDDEN = "(not taken over)"

MAX_DEPTH = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What was asked of a service, what it answered, and what it says beside that."""

    request: Json
    response: Json
    metadata: Json
    service_data: Json

    def part(self, name: str) -> Json:
        """Return the part that an entry calls `name`."""
        return {
            "request": self.request,
            "response": self.response,
            "metadata": self.metadata,
            "serviceData": self.service_data,
        }.get(name)

    def with_deltas(self) -> Json:
        """Return what was asked for, with what the entry itself says was changed by it.

        That stands beside the request, under names like `policyDelta`.
        """
        deltas = {
            key: value
            for part in (self.metadata, self.service_data)
            if isinstance(part, dict)
            for key, value in part.items()
            if folded(key).endswith("delta")
        }
        if not deltas:
            return self.request
        return {**self.request, **deltas} if isinstance(self.request, dict) else deltas


EMPTY = Contents(request=None, response=None, metadata=None, service_data=None)
"""Of a read: nobody needs its parameters, and decoding them is the costliest part of an entry."""


def contents_of(payload: AuditLog, hidden: Collection[str] = ()) -> Contents:
    """Decode what a call was asked and answered, but for what stands below the `hidden` keys."""
    keys = frozenset(map(folded, hidden))
    return Contents(
        request=_without(value_of(payload.request), keys),
        response=_without(value_of(payload.response), keys),
        metadata=_without(value_of(payload.metadata), keys),
        service_data=_without(value_of(payload.service_data), keys),
    )


def _without(value: Json, hidden: frozenset[str], depth: int = 0) -> Json:
    """Return a copy that tells of what is hidden only that it is there."""
    if not hidden or not isinstance(value, dict | list):
        return value
    if depth > MAX_DEPTH:
        return HIDDEN
    if isinstance(value, list):
        return [_without(inner, hidden, depth + 1) for inner in value]
    return {
        key: HIDDEN if folded(key) in hidden and inner else _without(inner, hidden, depth + 1)
        for key, inner in value.items()
    }
