"""Random resources of random schemas, changed in one place, or told in other words."""

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from hypothesis import strategies as st

from drift.model.path import path_text
from drift.model.resource import TypeSchema

Shape: TypeAlias = str | dict[str, Any]
"""What stands somewhere: `scalar`, `document`, `map`, `list`, `set`, a map of `sets`, or blocks: {"list",
"set" or "map": keys}."""

NAMES = ("alpha", "beta", "gamma", "delta", "omega", "kappa")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=6)
SCALARS = TEXTS | st.integers(-9, 9999) | st.booleans()
LEAVES = st.sampled_from(["scalar", "document", "map", "list", "set", "sets", "empty"])


def _blocks(inner: st.SearchStrategy[Shape]) -> st.SearchStrategy[Shape]:
    keys = st.dictionaries(st.sampled_from(NAMES), inner, min_size=1, max_size=3)
    return st.builds(lambda kind, of: {kind: of}, st.sampled_from(["list", "set", "map"]), keys)


SHAPES: st.SearchStrategy[Shape] = st.recursive(LEAVES, _blocks, max_leaves=6)
SCHEMAS = st.dictionaries(st.sampled_from(NAMES), SHAPES, min_size=1, max_size=5)


@dataclass(frozen=True, kw_only=True)
class Estate:
    """A resource as it is declared, and what its schema says."""

    shapes: dict[str, Shape]
    declared: dict[str, Any]
    schema: TypeSchema


@dataclass(frozen=True, kw_only=True)
class Place:
    """Somewhere a resource can change, and the path by which that must be told."""

    path: str
    kind: str
    within: Any
    """The dict or list."""
    key: Any


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    shapes = draw(SCHEMAS)
    sets = frozenset(path for name, shape in shapes.items() for path in _sets(shape, name))
    return Estate(
        shapes=shapes,
        declared={name: draw(_values(shape)) for name, shape in shapes.items()} | {"made": "at first"},
        schema=TypeSchema(sets=sets, computed=frozenset({"made"})),
    )


def _sets(shape: Shape, path: str) -> Iterator[str]:
    if shape == "set":
        yield path
    elif shape == "sets":
        yield f"{path}.*"
    elif isinstance(shape, dict):
        [(kind, keys)] = shape.items()
        if kind == "set":
            yield path
        for name, inner in keys.items():
            yield from _sets(inner, f"{path}.*.{name}" if kind == "map" else f"{path}[].{name}")


def _values(shape: Shape) -> st.SearchStrategy[Any]:
    if isinstance(shape, dict):
        [(kind, keys)] = shape.items()
        blocks = st.fixed_dictionaries({name: _values(inner) for name, inner in keys.items()})
        if kind == "map":
            return st.dictionaries(TEXTS, blocks, min_size=1, max_size=3)
        return st.lists(blocks, min_size=1, max_size=3)
    if shape == "map":
        return st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=3)
    if shape == "sets":
        return st.dictionaries(TEXTS, _values("set"), min_size=1, max_size=3)
    if shape in ("list", "set"):
        return st.lists(TEXTS, min_size=1, max_size=4, unique=True)
    if shape == "document":
        inner = st.dictionaries(TEXTS, SCALARS | st.lists(SCALARS, min_size=1, max_size=3), min_size=1)
        return st.builds(json.dumps, st.fixed_dictionaries({"Key": SCALARS, "Inside": inner}))
    return st.sampled_from(["", None, [], {}]) if shape == "empty" else SCALARS


def changed(estate: Estate, chance: random.Random) -> tuple[dict[str, Any], str]:
    """Return the resource with one change, and the path that must be named."""
    live = copy.deepcopy(estate.declared)
    places = [
        place
        for name, shape in estate.shapes.items()
        for place in _places(shape, live, name, (name,), outermost=None)
    ]
    place = chance.choice(places)
    match place.kind:
        case "scalar":
            place.within[place.key] = _another(place.within[place.key])
        case "empty":
            place.within[place.key] = "something"
        case "document":
            document = json.loads(place.within[place.key])
            document["Inside"]["new"] = "another"
            place.within[place.key] = json.dumps(document)
        case "new":
            place.within.append(place.key)
        case "new key":
            place.within[place.key] = "another"
        case _:
            place.within.pop(place.key)
    return live, place.path


def _places(
    shape: Shape, within: Any, key: Any, steps: tuple[Any, ...], *, outermost: str | None
) -> Iterator[Place]:
    """Yield where a value can change; a path stops at the outermost set."""
    value, path = within[key], outermost or path_text(steps)
    if isinstance(shape, dict):
        [(kind, keys)] = shape.items()
        stop = outermost or (path_text(steps) if kind == "set" else None)
        for step, block in value.items() if kind == "map" else enumerate(value):
            for name, inner in keys.items():
                yield from _places(inner, block, name, (*steps, step, name), outermost=stop)
    elif shape == "sets":
        for name in value:
            yield from _places("set", value, name, (*steps, name), outermost=outermost)
    elif shape == "map":
        for name in value:
            yield Place(path=outermost or path_text((*steps, name)), kind="scalar", within=value, key=name)
        new = "".join(value) + "new"
        yield Place(path=outermost or path_text((*steps, new)), kind="new key", within=value, key=new)
    elif shape == "list":
        new = "".join(value) + "new"
        end = outermost or path_text((*steps, len(value)))
        yield Place(path=end, kind="new", within=value, key=new)
        for index in range(len(value)):
            gone = outermost or path_text((*steps, index))
            yield Place(path=gone, kind="lost", within=value, key=index)
    elif shape == "set":
        yield Place(path=path, kind="new", within=value, key="".join(value) + "new")
        yield Place(path=path, kind="lost", within=value, key=-1)
    else:
        yield Place(path=path, kind=shape, within=within, key=key)


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else f"{value}x"


def reworded(estate: Estate, live: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return the same configuration as another version of a provider might tell it."""
    told = {name: _reworded(shape, live[name], chance) for name, shape in estate.shapes.items()}
    return told | {"made": chance.random()}


def _reworded(shape: Shape, value: Any, chance: random.Random) -> Any:
    if isinstance(shape, dict):
        [(kind, keys)] = shape.items()
        if kind == "map":
            return {key: _reworded_block(keys, block, chance) for key, block in value.items()}
        told = [_reworded_block(keys, block, chance) for block in value]
        return _shuffled(told, chance) if kind == "set" else told
    if shape == "set":
        return _shuffled(value, chance)
    if shape == "sets":
        return {key: _shuffled(one, chance) for key, one in value.items()}
    if shape == "document":
        items = list(json.loads(value).items())
        spaces = chance.choice([None, 2])
        return json.dumps(dict(_shuffled(items, chance)), ensure_ascii=chance.random() < 0.5, indent=spaces)
    if shape == "empty" and value in ("", None, [], {}):
        return chance.choice(["", None, [], {}])
    if isinstance(value, bool):
        return chance.choice([value, str(value).lower()])
    return str(value) if isinstance(value, int) and chance.random() < 0.5 else value


def _reworded_block(keys: dict[str, Any], block: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    return {name: _reworded(keys[name], one, chance) for name, one in block.items()}


def _shuffled(elements: list[Any], chance: random.Random) -> list[Any]:
    told = list(elements)
    chance.shuffle(told)
    return told
