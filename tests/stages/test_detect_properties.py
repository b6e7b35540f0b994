"""Any one change is found, with its path, and none else; what means the same is never found."""

import copy
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.model.path import path_text
from drift.model.resource import TypeSchema
from tests.stages.detect_builders import a_schema, drifts

SCHEMA: TypeSchema = a_schema("ids", "rules", "rules[].ids", "disks[].ids")
"""Of every resource below: two sets, one of them of blocks, and a set inside each block of a list."""

TEXTS = st.text(min_size=1, max_size=8)
SCALARS = TEXTS | st.integers() | st.booleans()
BLOCKS = st.fixed_dictionaries(
    {
        "size": st.integers(),
        "name": TEXTS,
        "note": st.sampled_from(["", None]),
        "ids": st.lists(TEXTS, max_size=4),
    }
)
RESOURCES = st.fixed_dictionaries(
    {
        "name": SCALARS,
        "empty": st.sampled_from(["", None, [], {}]),
        "tags": st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=4),
        "zones": st.lists(TEXTS, min_size=1, max_size=4, unique=True),
        "ids": st.lists(TEXTS, min_size=1, max_size=5),
        "rules": st.lists(BLOCKS, min_size=1, max_size=4),
        "disks": st.lists(BLOCKS, min_size=1, max_size=4),
    }
)
TAG_CHANGES = ("tag", "new tag", "lost tag")
SET_CHANGES = ("id", "lost id", "rule", "rule's ids")
CHANGES = ("name", "empty", *TAG_CHANGES, "zone", *SET_CHANGES, "disk", "disk's ids", "new disk")


def changed(resource: dict[str, Any], change: str, chance: random.Random) -> tuple[dict[str, Any], str]:
    """Return the resource with one change, and the path that must be named."""
    live = copy.deepcopy(resource)
    tag = chance.choice(sorted(live["tags"]))
    disk, zone = chance.randrange(len(live["disks"])), chance.randrange(len(live["zones"]))
    rule = chance.choice(live["rules"])
    match change:
        case "name":
            live["name"] = another(live["name"])
            return live, "name"
        case "empty":
            live["empty"] = 0
            return live, "empty"
        case "tag":
            live["tags"][tag] = another(live["tags"][tag])
            return live, path_text(["tags", tag])
        case "new tag":
            live["tags"][new := "".join(live["tags"]) + "new"] = "x"
            return live, path_text(["tags", new])
        case "lost tag":
            del live["tags"][tag]
            return live, path_text(["tags", tag])
        case "zone":
            live["zones"][zone] = "".join(live["zones"]) + "new"
            return live, f"zones[{zone}]"
        case "id":
            live["ids"].append("x")
            return live, "ids"
        case "lost id":
            live["ids"].pop()
            return live, "ids"
        case "rule":
            rule["size"] = another(rule["size"])
            return live, "rules"
        case "rule's ids":
            rule["ids"].append("x")
            return live, "rules"
        case "disk":
            live["disks"][disk]["name"] = another(live["disks"][disk]["name"])
            return live, f"disks[{disk}].name"
        case "disk's ids":
            live["disks"][disk]["ids"].append("x")
            return live, f"disks[{disk}].ids"
        case _:
            live["disks"].append({"size": 1, "name": "x", "note": None, "ids": []})
            return live, f"disks[{len(resource['disks'])}]"


def another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else f"{value}x"


def reworded(value: Any, chance: random.Random, path: str = "") -> Any:
    """Return the same configuration as another version of a provider might tell it."""
    if value in ("", None, [], {}) and not isinstance(value, bool | int):
        return chance.choice(["", None, [], {}])
    if isinstance(value, dict):
        return {
            key: reworded(inner, chance, f"{path}.{key}" if path else key) for key, inner in value.items()
        }
    if isinstance(value, list):
        told = [reworded(inner, chance, f"{path}[]") for inner in value]
        if path in SCHEMA.sets:
            chance.shuffle(told)
        return told
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


@given(resource=RESOURCES, change=st.sampled_from(CHANGES), chance=st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_any_one_change_is_found_by_its_path_and_none_else(
    resource: dict[str, Any], change: str, chance: random.Random
) -> None:
    live, path = changed(resource, change, chance)

    found = drifts(resource, reworded(live, chance), schema=SCHEMA)

    assert [one.path for one in found] == [path]


@given(resource=RESOURCES, chance=st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_what_means_the_same_is_never_found(resource: dict[str, Any], chance: random.Random) -> None:
    assert not drifts(resource, reworded(resource, chance), schema=SCHEMA)
    assert not drifts(resource, reworded(resource, chance), schema=SCHEMA, sensitive=frozenset({"tags"}))


@given(resource=RESOURCES, live=RESOURCES)
@settings(max_examples=100)
def test_every_difference_between_two_resources_is_found(
    resource: dict[str, Any], live: dict[str, Any]
) -> None:
    """
    Whatever the sides are, an attribute is named if and only if it differs.
    """
    found = {one.path.partition(".")[0].partition("[")[0] for one in drifts(resource, live, schema=SCHEMA)}

    for name in resource:
        alone = drifts({name: resource[name]}, {name: live[name]}, schema=SCHEMA)
        assert (name in found) == bool(alone)
