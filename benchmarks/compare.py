"""What comparing costs, against DeepDiff alone with ignore_order, and whether it is exact."""

import random
import time
from collections.abc import Iterator
from typing import Any

from deepdiff import DeepDiff

from benchmarks.timing import best_of
from drift.model.baseline import Declaration, DeclaredResource
from drift.model.detection import DetectRules
from drift.model.resource import Found, LiveResource, TypeSchema
from drift.model.survey import Held
from drift.stages.detect import detect

RESOURCES = 10_000
ATTRIBUTES = 40
CHANGED = RESOURCES // 100
SAMPLE = 500
"""DeepDiff alone is measured on this many, as all of them take minutes."""

SCHEMA = TypeSchema(sets=frozenset({"a0"}))


def measure() -> Iterator[str]:
    """Yield the ratio of the two, and how many of the changed resources were found."""
    chance = random.Random(1)
    declared = [{f"a{n}": _value(n, index) for n in range(ATTRIBUTES)} for index in range(RESOURCES)]
    live = [_shuffled(attributes, chance) for attributes in declared]
    for index in chance.sample(range(RESOURCES), CHANGED):
        live[index][f"a{chance.randrange(1, ATTRIBUTES)}"] = "changed by hand"
    held = _held(declared, live)
    seconds = best_of(lambda: detect([held], [], DetectRules()))
    found = len(detect([held], [], DetectRules()).findings)
    began = time.perf_counter()
    for one, other in zip(declared[:SAMPLE], live[:SAMPLE], strict=True):
        DeepDiff(one, other, ignore_order=True)
    alone = (time.perf_counter() - began) / SAMPLE * RESOURCES
    yield f"compare: 1/{alone / seconds:.0f} of DeepDiff alone; {found} of {CHANGED} changed resources found"


def _value(number: int, index: int) -> Any:
    match number % 4:
        case 0:
            return [f"rule-{index}-{element}" for element in range(5)]
        case 1:
            return {"Name": f"resource-{index}", "Team": "platform"}
        case 2:
            return index * number
        case _:
            return f"value {number} of {index}"


def _shuffled(attributes: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    elements = list(attributes["a0"])
    chance.shuffle(elements)
    return {**attributes, "a0": elements}


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
