"""Write live.json: what exists, in the provider's own words."""

from collections.abc import Iterator
from datetime import datetime

from tests.recorder.model import Json
from tests.simulator.moto import ACCOUNT, REGION


def live_document(state: Json, schemas: Json, read_at: datetime) -> Json:
    """Return the refreshed state's resources with what a comparer must know of their types."""
    resources = [
        {
            "type": resource["type"],
            "id": instance["attributes"]["id"],
            "account": ACCOUNT,
            "region": REGION,
            "attributes": instance["attributes"],
        }
        for resource in state["resources"]
        if resource["mode"] == "managed"
        for instance in resource["instances"]
    ]
    types = sorted({resource["type"] for resource in resources})
    return {
        "read_at": read_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "schemas": {name: _facts(schemas[name]["block"]) for name in types},
        "resources": resources,
    }


def _facts(block: Json) -> Json:
    computed = [
        name
        for name, attribute in block.get("attributes", {}).items()
        if attribute.get("computed") and not attribute.get("optional")
    ]
    return {"sets": sorted(_sets_of_block(block, "")), "computed": sorted(computed)}


def _sets_of_block(block: Json, prefix: str) -> Iterator[str]:
    for name, attribute in block.get("attributes", {}).items():
        yield from _sets_of_type(attribute["type"], prefix + name)
    for name, nested in block.get("block_types", {}).items():
        path = prefix + name
        if nested["nesting_mode"] == "set":
            yield path
        inside = f"{path}." if nested["nesting_mode"] == "single" else f"{path}[]."
        yield from _sets_of_block(nested["block"], inside)


def _sets_of_type(kind: Json, path: str) -> Iterator[str]:
    """Yield the sets inside an attribute's type, which is a name or a pair such as ["set", "string"]."""
    if isinstance(kind, str):
        return
    constructor, inner = kind
    if constructor == "object":
        for name, field in inner.items():
            yield from _sets_of_type(field, f"{path}.{name}")
        return
    if constructor == "set":
        yield path
    yield from _sets_of_type(inner, f"{path}[]")
