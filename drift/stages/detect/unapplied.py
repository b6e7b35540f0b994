"""Does the state have other values than the code gives?

Whoever applies from a laptop, or from another branch, leaves state and cloud in agreement; only
the reviewed code differs. What the code does not say outright is never held against the state:
neither what is not evaluable, nor the defaults that a provider adds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from drift.model.baseline import DeclaredResource
from drift.model.finding import AttributeDrift
from drift.model.path import first_name
from drift.model.resource import Found, Json, LiveResource, TypeSchema
from drift.stages.detect.differences import differences
from drift.stages.detect.type_rules import TypeRules

MAX_PAIRS = 2_500
"""Blocks times elements that are tried against each other; more is not compared."""


def unapplied(
    resource: DeclaredResource, found: Found | None, rules: TypeRules
) -> tuple[AttributeDrift, ...]:
    """Return what the state has otherwise than the code: `declared` is the code's value, `live` the state's.

    `found` tells the schema, where it could be read. Nothing is concealed yet.
    """
    try:
        return _differing(resource, found.resource.schema if found else TypeSchema(), rules)
    except RecursionError:  # nested more deeply than anybody writes
        return ()


def _differing(
    resource: DeclaredResource, schema: TypeSchema, rules: TypeRules
) -> tuple[AttributeDrift, ...]:
    ours: dict[str, Json] = {}
    theirs: dict[str, Json] = {}
    for path, value in resource.coded.items():
        name = first_name(path)
        if name not in resource.attributes or _is_rewritten(resource.type, path, rules):
            continue
        kept = resource.attributes[name]
        if path != name:
            _put_member(path, name, value, kept, ours, theirs)
        else:
            value = _in_the_shape_of(kept, value)
            if _is_blocks(value) and isinstance(kept, list):
                ours[name], theirs[name] = _unmatched(name, value, kept, _Pairs(resource, schema, rules))
            else:
                ours[name], theirs[name] = value, _said_by_code(value, kept)
    return _Pairs(resource, schema, rules).differing(ours, theirs)


class _Pairs:
    """Compares values of the code with values of the state as declared ones with live ones."""

    def __init__(self, resource: DeclaredResource, schema: TypeSchema, rules: TypeRules) -> None:
        self._resource = resource
        self._schema = schema
        self._rules = rules

    def differing(
        self, ours: dict[str, Json], theirs: dict[str, Json], *, ignored: tuple[str, ...] | None = None
    ) -> tuple[AttributeDrift, ...]:
        code = replace(
            self._resource, attributes=ours, ignored=self._resource.ignored if ignored is None else ignored
        )
        state = LiveResource(
            type=code.type,
            id=code.resource_id or "",
            account=code.account,
            region=code.region,
            attributes=theirs,
            schema=self._schema,
        )
        return differences(code, Found(address=code.address, resource=state), self._rules)

    def is_same(self, name: str, block: Mapping[str, Json], element: Json) -> bool:
        """Tell whether an element of the state has all that a block says."""
        if not isinstance(element, dict):
            return False
        said = {
            key: value
            for key, value in block.items()
            if not _is_rewritten(self._resource.type, f"{name}.{key}", self._rules)
        }
        kept = {key: _said_by_code(value, element.get(key)) for key, value in said.items()}
        return said == kept or not self.differing({name: [said]}, {name: [kept]}, ignored=())


def _unmatched(
    name: str, blocks: list[Json], elements: list[Json], pairs: _Pairs
) -> tuple[list[Json], list[Json]]:
    """Return the blocks that no element of the state stands for, and the elements that no block does."""
    if len(blocks) * len(elements) > MAX_PAIRS:
        return [], []
    taken: dict[int, int] = {}  # element -> block

    def fitting(block: int) -> Iterator[int]:
        """Yield the elements for a block, first those that are exactly so: comparing costs more."""
        exact = [number for number, element in enumerate(elements) if _is_exactly(blocks[block], element)]
        yield from exact
        for number, element in enumerate(elements):
            if number not in exact and pairs.is_same(name, blocks[block], element):
                yield number

    def place(block: int, tried: set[int]) -> bool:
        """Find an element for a block, and another one for the block that had it."""
        for number in fitting(block):
            if number not in tried:
                tried.add(number)
                if number not in taken or place(taken[number], tried):
                    taken[number] = block
                    return True
        return False

    left = [block for number, block in enumerate(blocks) if not place(number, set())]
    spare = [element for number, element in enumerate(elements) if number not in taken]
    if len(left) == len(spare) == 1 and isinstance(spare[0], dict):
        # One stands for the other: what the code does not say of it is no difference.
        return left, [_said_by_code(left[0], spare[0])]
    return left, spare


def _is_exactly(block: Mapping[str, Json], element: Json) -> bool:
    return isinstance(element, dict) and all(key in element and element[key] == block[key] for key in block)


def _put_member(
    path: str, name: str, value: Json, kept: Json, ours: dict[str, Json], theirs: dict[str, Json]
) -> None:
    """Compare one key of a map of which the code does not tell all."""
    key = path[len(name) :].lstrip(".").removeprefix('["').removesuffix('"]').replace('\\"', '"')
    ours.setdefault(name, {})[key] = value
    there = theirs.setdefault(name, {})
    if isinstance(kept, dict) and key in kept:
        there[key] = kept[key]


def _said_by_code(value: Json, kept: Json) -> Json:
    """Return what the state has of all that the code gives.

    A map of texts is the user's own, so that a key which only the state has is one too many; other
    objects, and blocks, have more keys in the state than anybody writes.
    """
    if _is_nothing(value) and _is_nothing(kept):
        return value
    if isinstance(value, dict) and isinstance(kept, dict):
        if all(isinstance(one, str | None) for one in (*value.values(), *kept.values())) and value:
            return kept
        return {key: _said_by_code(inner, kept.get(key)) for key, inner in value.items()}
    if _is_blocks(value) and isinstance(kept, list) and len(value) == len(kept):
        return [_said_by_code(one, other) for one, other in zip(value, kept, strict=True)]
    return kept


def _in_the_shape_of(kept: Json, value: Json) -> Json:
    """Return a block as the state keeps it: alone, or as the only one of a list."""
    if isinstance(kept, dict) and _is_blocks(value) and len(value) == 1:
        return value[0]
    return [value] if isinstance(kept, list) and isinstance(value, dict) else value


def _is_blocks(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _is_nothing(value: Json) -> bool:
    """Tell whether a value says nothing: what was never set reads as the zero of its type."""
    return not value or value in ("false", "0")


def _is_rewritten(type_: str, path: str, rules: TypeRules) -> bool:
    return any(
        fnmatchcase(type_, pattern) and fnmatchcase(path, attribute)
        for row in rules.tables.rewritten
        for pattern in row.types
        for attribute in row.attributes
    )
