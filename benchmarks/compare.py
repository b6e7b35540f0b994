"""What comparing costs, against DeepDiff alone with ignore_order, and whether it is exact."""

import random
import time
from collections.abc import Iterator
from typing import Any

from deepdiff import DeepDiff

from benchmarks.timing import best_of
from drift.model.baseline import Declaration, DeclaredResource
from drift.model.resource import Found, LiveResource, TypeSchema
from drift.model.survey import Held
from drift.stages.detect import detect
from providers.terraform.rules import detect_rules

RESOURCES = 10_000
ATTRIBUTES = 40
CHANGED = RESOURCES // 100
SAMPLE = 500
"""DeepDiff alone is measured on this many, as all of them take minutes."""

SETS = frozenset(f"a{number}" for number in range(0, ATTRIBUTES, 4))
"""Sets of texts, but for `a0`, which is one of blocks. All of them come shuffled."""

SCHEMA = TypeSchema(sets=SETS)


def measure() -> Iterator[str]:
    """Yield the ratio of the two, and whether exactly what was changed was found."""
    chance = random.Random(1)
    declared = [{f"a{n}": _value(n, index) for n in range(ATTRIBUTES)} for index in range(RESOURCES)]
    live = [_shuffled(attributes, chance) for attributes in declared]
    changed = {
        (f"example_thing.t[{index}]", _change(live[index], chance))
        for index in chance.sample(range(RESOURCES), CHANGED)
    }
    held, rules = _held(declared, live), detect_rules()
    seconds = best_of(lambda: detect([held], [], {}, rules))
    findings = detect([held], [], {}, rules).findings
    found = {(str(one.address), drift.path) for one in findings for drift in one.attributes}
    began = time.perf_counter()
    for one, other in zip(declared[:SAMPLE], live[:SAMPLE], strict=True):
        DeepDiff(one, other, ignore_order=True)
    alone = (time.perf_counter() - began) / SAMPLE * RESOURCES
    yield (
        f"compare: 1/{alone / seconds:.0f} of DeepDiff alone, {seconds / RESOURCES * 1e6:.0f} µs a resource; "
        f"{len(found & changed)} of {CHANGED} changes found, {len(found - changed)} others"
    )


def _value(number: int, index: int) -> Any:
    match number % 4:
        case 0 if number == 0:
            return [{"port": port, "cidrs": [f"10.{index % 256}.{port}.0/24"]} for port in (22, 80, 443)]
        case 0:
            return [f"rule-{index}-{element}" for element in range(5)]
        case 1:
            return {"Name": f"resource-{index}", "Team": "platform"}
        case 2:
            return index * number
        case _:
            return f"value {number} of {index}"


def _shuffled(attributes: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    return attributes | {name: chance.sample(attributes[name], len(attributes[name])) for name in SETS}


def _change(attributes: dict[str, Any], chance: random.Random) -> str:
    """Change one attribute, and return the path by which that must be told."""
    name = chance.choice(sorted(attributes))
    value = attributes[name]
    if isinstance(value, list):
        attributes[name] = [*value[1:], {"port": 25, "cidrs": []} if name == "a0" else "by hand"]
    elif isinstance(value, dict):
        attributes[name] = {**value, "Team": "by hand"}
        return f"{name}.Team"
    else:
        attributes[name] = "by hand"
    return name


def _held(declared: list[dict[str, Any]], live: list[dict[str, Any]]) -> Held:
    resources = tuple(
        DeclaredResource(
            address=f"example_thing.t[{index}]",
            type="example_thing",
            resource_id=f"t-{index}",
            provider="example/example",
            account=None,
            region=None,
            attributes=attributes,
        )
        for index, attributes in enumerate(declared)
    )
    declaration = Declaration(
        name="bench", origin="bench", lineage=None, serial=1, sha256="", resources=resources
    )
    readings = tuple(
        Found(
            address=resource.address,
            resource=LiveResource(
                type=resource.type,
                id=str(resource.resource_id),
                account=None,
                region=None,
                attributes=attributes,
                schema=SCHEMA,
            ),
        )
        for resource, attributes in zip(resources, live, strict=True)
    )
    return Held(declaration=declaration, readings=readings)
