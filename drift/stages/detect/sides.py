"""An attribute as it is declared and as it is there, and what is declared of a resource at all."""

from collections.abc import Mapping
from dataclasses import dataclass

from drift.model.baseline import DeclaredResource
from drift.model.resource import Found, Json, LiveReading


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """One attribute as it is declared and as it is there."""

    name: str
    declared: Json
    live: Json
    stored: Json
    """What is declared, before a newer provider than the one that wrote it brought it to its schema."""
    resource: Mapping[str, Json]
    """All that is declared of the resource."""
    account: str | None = None
    """Whose the resource is."""


def declared_attributes(resource: DeclaredResource, reading: LiveReading | None) -> dict[str, Json]:
    """Return what is declared, in the schema that the resource was read with if its reader tells it."""
    if isinstance(reading, Found) and reading.declared is not None:
        return reading.declared
    return resource.attributes
