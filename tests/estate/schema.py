"""What the real provider says of its types, as its stored answer holds it."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.estate.versions import VERSIONS, stored_schema

NEWEST = VERSIONS[0]


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """An attribute, or a block, at one path of a type."""

    path: str
    """Written `ingress[].cidr_blocks`."""
    is_set: bool
    is_declarable: bool
    is_computed: bool
    is_sensitive: bool


def attributes_of(type_: str) -> Mapping[str, Attribute]:
    """Return the attributes of a type by their paths; none where this version has no such type."""
    return {one.path: one for one in _attributes(_schemas().get(type_, {}), "")}


@cache
def _schemas() -> Mapping[str, Any]:
    schemas: Mapping[str, Any] = json.loads(gzip.decompress(stored_schema(NEWEST).read_bytes()))
    return schemas


def _attributes(block: Mapping[str, Any], outer: str) -> Iterator[Attribute]:
    for name, one in block.items():
        path = f"{outer}{name}"
        yield Attribute(
            path=path,
            is_set=one.get("nesting") == "set" or _is_set(one.get("type")),
            is_declarable=bool(one.get("nesting") or one.get("optional") or one.get("required")),
            is_computed=bool(one.get("computed")),
            is_sensitive=bool(one.get("sensitive")),
        )
        yield from _attributes(one.get("block", {}), f"{path}{_inside(one.get('nesting'))}.")
        yield from _in_type(one.get("type"), path)


def _inside(nesting: str | None) -> str:
    return "[]" if nesting in {"list", "set"} else ""


def _is_set(type_: Any) -> bool:
    return isinstance(type_, list) and type_[0] == "set"


def _in_type(type_: Any, path: str) -> Iterator[Attribute]:
    """Yield what stands inside an attribute whose type is a list of objects, or of lists."""
    match type_:
        case ["set" | "list", inner]:
            if _is_set(inner):
                yield Attribute(
                    path=f"{path}[]", is_set=True, is_declarable=True, is_computed=False, is_sensitive=False
                )
            yield from _in_type(inner, f"{path}[]")
        case ["object", dict(fields)]:
            for name, inner in fields.items():
                yield Attribute(
                    path=f"{path}.{name}",
                    is_set=_is_set(inner),
                    is_declarable=True,
                    is_computed=False,
                    is_sensitive=False,
                )
                yield from _in_type(inner, f"{path}.{name}")
        case _:
            pass
