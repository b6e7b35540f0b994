"""The instances inside a state: one entry of its `resources` may hold many."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from drift.model.baseline import DeclaredResource, StoredForm, UnreadableInstance
from drift.model.path import path_text
from drift.model.resource import Json, Resource
from providers.terraform.locations import Locations

_QUOTED_PROVIDER = re.compile(r'provider\s*\[\s*"(?:[^"/]+/)?([^"/]+/[^"/]+)"\s*\]')
_BARE_PROVIDER = re.compile(r"(?:^|\.)\s*provider\s*\.\s*([\w-]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Instance:
    """What became of one instance, under the provider configuration that manages it."""

    item: DeclaredResource | UnreadableInstance | Resource
    """A `Resource` is a deposed object."""
    configuration: str = ""


def read_instances(blocks: list[Json], origin: str, locations: Locations) -> Iterator[Instance]:
    """Yield every managed instance of a state in its order, and every deposed object."""
    for position, block in enumerate(blocks):
        if not isinstance(block, dict):
            yield _unreadable(f"{origin}#resources[{position}]", None, "it is no object")
            continue
        if block.get("mode") == "data":
            continue
        type_, name = _text(block.get("type")), _text(block.get("name"))
        if block.get("mode") != "managed" or type_ is None or name is None:
            address = f"{origin}#resources[{position}]"
            yield _unreadable(address, type_, "it has no known mode, no type or no name")
            continue
        module = _text(block.get("module"))
        address = ".".join(part for part in (module, type_, name) if part)
        instances = block.get("instances") or []
        if not isinstance(instances, list):
            yield _unreadable(address, type_, "its `instances` is no list")
            continue
        for instance in instances:
            yield _instance(instance, address, type_, block.get("provider"), locations)


def _instance(instance: Json, block: str, type_: str, provider: Json, locations: Locations) -> Instance:
    if not isinstance(instance, dict):
        return _unreadable(block, type_, "an instance is no object")
    address = block
    try:
        address += _key(instance.get("index_key"))
        if instance.get("deposed"):
            return Instance(item=_deposed(instance, type_))
        declared = _declared(instance, address, type_, provider, locations)
        return Instance(item=declared, configuration=str(provider))
    except _OddShapeError as odd:
        return _unreadable(address, type_, str(odd), resource_id=_id(instance))


def _unreadable(address: str, type_: str | None, error: str, resource_id: str | None = None) -> Instance:
    return Instance(
        item=UnreadableInstance(address=address, type=type_, error=error, resource_id=resource_id)
    )


class _OddShapeError(ValueError):
    """An instance is not what Terraform writes."""


def _declared(
    instance: dict[str, Json], address: str, type_: str, provider_text: Json, locations: Locations
) -> DeclaredResource:
    attributes = instance.get("attributes")
    if not isinstance(attributes, dict):
        if "attributes_flat" in instance:
            raise _OddShapeError(
                "its attributes are still flat, as Terraform 0.11 wrote them: refresh the state"
            )
        raise _OddShapeError("it has no attributes")
    provider = _provider(provider_text)
    account, region = locations.stated(provider, type_, attributes)
    return DeclaredResource(
        address=address,
        type=type_,
        resource_id=_id(instance),
        provider=provider,
        account=account,
        region=region,
        attributes=attributes,
        sensitive=frozenset(map(_sensitive_path, _list(instance.get("sensitive_attributes")))),
        stored=_stored(instance, provider_text),
    )


def _stored(instance: dict[str, Json], configuration: str) -> StoredForm:
    version, private = instance.get("schema_version"), instance.get("private")
    return StoredForm(
        configuration=configuration,
        schema_version=version if isinstance(version, int) else 0,
        private=private if isinstance(private, str) else None,
    )


def _deposed(instance: dict[str, Json], type_: str) -> Resource:
    resource_id = _id(instance)
    if resource_id is None:
        raise _OddShapeError("a deposed object has no id")
    return Resource(type=type_, id=resource_id)


def _key(key: Json) -> str:
    """Return the `count` or `for_each` key as an address ends in it."""
    if key is None:
        return ""
    if isinstance(key, int | str) and not isinstance(key, bool):
        return f"[{json.dumps(key, ensure_ascii=False)}]"
    raise _OddShapeError("its index key is neither number nor text")


def _id(instance: dict[str, Json]) -> str | None:
    for attributes in (instance.get("attributes"), instance.get("attributes_flat")):
        if isinstance(attributes, dict) and isinstance(found := attributes.get("id"), str | int):
            return str(found) or None
    return None


def _provider(text: Json) -> str:
    """Return `namespace/type` of a provider address such as `provider["host/hashicorp/aws"].west`.

    Terraform 0.12 named no namespace; its successors write `-` for that one.
    """
    if not isinstance(text, str):
        raise _OddShapeError("it names no provider")
    if quoted := _QUOTED_PROVIDER.search(text):
        return quoted[1]
    if bare := _BARE_PROVIDER.search(text):
        return f"-/{bare[1]}"
    raise _OddShapeError(f"its provider cannot be read: {text[:100]}")


def _sensitive_path(steps: Json) -> str:
    """Return the path of a sensitive attribute; one that is not understood must not pass for harmless."""
    return path_text(map(_step, _list(steps)))


def _step(step: Json) -> str | int:
    value = step.get("value") if isinstance(step, dict) else None
    if isinstance(value, dict):  # an index says its type too: {"value": 0, "type": "number"}
        value = value.get("value")
    if isinstance(value, str | int):
        return value
    raise _OddShapeError("its sensitive attributes cannot be read")


def _list(value: Json) -> list[Json]:
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise _OddShapeError("its sensitive attributes cannot be read")


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
