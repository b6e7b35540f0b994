"""What becomes of an instance of a state, whatever the version of the state."""

from dataclasses import dataclass
from typing import TypeAlias

from drift.model.baseline import DeclaredResource, StoredForm, UnreadableInstance
from drift.model.resource import Json, Resource
from providers.terraform.locations import Locations
from providers.terraform.state.addresses import Provider
from providers.terraform.state.sensitive_paths import sensitive_paths
from providers.terraform.state.shared_texts import SharedTexts

Item: TypeAlias = DeclaredResource | UnreadableInstance | Resource
"""A `Resource` is a deposed object."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What reading the instances of one state takes."""

    origin: str
    locations: Locations
    texts: SharedTexts


def declared(
    *,
    address: str,
    type_: str,
    provider: Provider,
    attributes: dict[str, Json],
    marks: Json,
    stored: StoredForm,
    reading: Reading,
) -> DeclaredResource:
    """Return a declared resource that shares its texts with the others of its state.

    Raises:
        ValueError: The attributes are nested too deeply.
    """
    shared = reading.texts.text
    reading.texts.share(attributes)
    account, region = reading.locations.stated(provider.name, type_, attributes)
    return DeclaredResource(
        address=address,
        type=shared(type_),
        resource_id=id_of(attributes),
        provider=shared(provider.name),
        account=shared(account) if account else None,
        region=shared(region) if region else None,
        attributes=attributes,
        sensitive=sensitive_paths(marks, attributes),
        stored=stored,
    )


def deposed(type_: str, resource_id: str | None) -> Resource:
    """Return an object that was replaced and still has to be destroyed.

    Raises:
        ValueError: It has no id, and nothing else would tell it from others.
    """
    if resource_id is None:
        raise ValueError("a deposed object has no id")
    return Resource(type=type_, id=resource_id)


def id_of(attributes: Json) -> str | None:
    """Return the id among the attributes, if there is one."""
    if isinstance(attributes, dict) and isinstance(found := attributes.get("id"), str | int):
        return str(found) or None
    return None
