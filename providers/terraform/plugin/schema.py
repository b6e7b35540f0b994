"""What a provider says of its types, and what comparing needs to know of them.

The answer of a large provider is megabytes of which a state needs a few types. So each type
is kept as it came, and understood when it is first asked for.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from drift.model.resource import Json, TypeSchema
from providers.terraform.plugin.protocol import Message
from providers.terraform.plugin.values import Reader, list_of, map_of, object_of, reader, set_of


class Nesting(IntEnum):
    """How often a block may stand in another; the numbers are the protocol's."""

    INVALID = 0
    SINGLE = 1
    LIST = 2
    SET = 3
    MAP = 4
    GROUP = 5


_EVERY = {Nesting.LIST: "[]", Nesting.SET: "[]", Nesting.MAP: ".*"}
"""How a path goes on into every one of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceType:
    """One type of resource."""

    version: int
    read: Reader
    """Reads an instance of it."""
    schema: TypeSchema


class Schemas:
    """The types of one provider binary."""

    def __init__(self, answer: Message) -> None:
        """Take the answer to `GetProviderSchema`."""
        answer.DiscardUnknownFields()  # descriptions, which are most of it
        self._message = type(answer.provider)
        self.provider = answer.provider
        """The schema of the provider's own configuration."""
        self._packed = {name: one.SerializeToString() for name, one in answer.resource_schemas.items()}
        self._types: dict[str, ResourceType] = {}

    def of(self, type_: str) -> ResourceType | None:
        """Return a type, `None` if the provider has none of this name.

        Raises:
            ValueError: What the provider says of it cannot be understood.
        """
        if type_ not in self._types:
            if (packed := self._packed.get(type_)) is None:
                return None
            self._types[type_] = _resource_type(self._message.FromString(packed))
        return self._types[type_]


def _resource_type(schema: Message) -> ResourceType:
    found = _Paths()
    for one in _block(schema.block):
        one.tell(found, "")
    return ResourceType(
        version=schema.version,
        read=object_of({one.name: one.reader() for one in _block(schema.block)}),
        schema=TypeSchema(
            sets=frozenset(found.sets),
            computed=frozenset(found.computed),
            optional=frozenset(found.optional),
            sensitive=frozenset(found.sensitive),
        ),
    )


@dataclass(kw_only=True, slots=True)
class _Paths:
    """What is found while a type is walked."""

    sets: list[str] = field(default_factory=list)
    computed: list[str] = field(default_factory=list)
    optional: list[str] = field(default_factory=list)
    sensitive: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Nested:
    """A block, or an attribute with attributes of its own."""

    name: str
    nesting: Nesting
    inner: tuple["_Nested | _Attribute", ...]

    def reader(self) -> Reader:
        one = object_of({each.name: each.reader() for each in self.inner})
        match self.nesting:
            case Nesting.LIST:
                return list_of(one)
            case Nesting.SET:
                return set_of(one)
            case Nesting.MAP:
                return map_of(one)
            case _:
                return one

    def tell(self, found: _Paths, outer: str) -> None:
        path = f"{outer}{self.name}"
        if self.nesting is Nesting.SET:
            found.sets.append(path)
        for one in self.inner:
            one.tell(found, f"{path}{_EVERY.get(self.nesting, '')}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Attribute:
    name: str
    type: Json
    """Type of cty; `None` where it has attributes of its own."""
    nested: _Nested | None
    is_declarable: bool
    is_computed: bool
    is_sensitive: bool

    def reader(self) -> Reader:
        return self.nested.reader() if self.nested else reader(self.type)

    def tell(self, found: _Paths, outer: str) -> None:
        path = f"{outer}{self.name}"
        if self.is_computed:
            (found.optional if self.is_declarable else found.computed).append(path)
        if self.is_sensitive:
            found.sensitive.append(path)
        if self.nested:
            self.nested.tell(found, outer)
        else:
            found.sets.extend(_sets(self.type, path))


def _block(block: Message) -> Iterator[_Nested | _Attribute]:
    yield from map(_attribute, block.attributes)
    for one in block.block_types:
        inner = tuple(_block(one.block))
        yield _Nested(name=one.type_name, nesting=Nesting(one.nesting), inner=inner)


def _attribute(one: Message) -> _Attribute:
    nested = None
    if not one.type and hasattr(one, "nested_type"):  # protocol 5 has none
        inner = tuple(map(_attribute, one.nested_type.attributes))
        nested = _Nested(name=one.name, nesting=Nesting(one.nested_type.nesting), inner=inner)
    return _Attribute(
        name=one.name,
        type=json.loads(one.type) if one.type else None,
        nested=nested,
        is_declarable=one.optional or one.required,
        is_computed=one.computed,
        is_sensitive=one.sensitive,
    )


def _sets(type_: Json, path: str) -> Iterator[str]:
    """Yield the paths of the sets inside a type."""
    match type_:
        case ["set", inner]:
            yield path
            yield from _sets(inner, f"{path}[]")
        case ["list", inner]:
            yield from _sets(inner, f"{path}[]")
        case ["map", inner]:
            yield from _sets(inner, f"{path}.*")
        case ["object", dict(fields), *_]:
            for name, inner in fields.items():
                yield from _sets(inner, f"{path}.{name}")
        case ["tuple", list(members)]:
            for inner in members:
                yield from _sets(inner, f"{path}[]")
        case _:
            pass
