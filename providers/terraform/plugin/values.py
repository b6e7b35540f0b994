"""Values of Terraform as providers send and take them: MessagePack, read by their types.

A type is JSON: `"string"`, `["set", "string"]`, `["object", {"port": "number"}]`. Sets have no
order on the wire, so their elements are sorted here: equal sets are equal lists. A value that is
not known yet is `None`; nothing that was read live is unknown.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from math import isfinite
from typing import Any, TypeAlias

import msgpack

from drift.model.resource import Json

Reader: TypeAlias = Callable[[Any], Json]
"""Turns what MessagePack holds into JSON; raises `ValueError` where it is not of the type."""

SMALLEST, GREATEST = -(2**63), 2**64 - 1
"""The integers that MessagePack can hold; all others travel as text."""


def decode(packed: bytes, plain: bytes, read: Reader) -> Json:
    """Return the value of a `DynamicValue`: `packed` MessagePack or, where that is empty, `plain` JSON.

    Raises:
        ValueError: It is not of the type that `read` reads.
    """
    try:
        if packed:
            value = msgpack.unpackb(packed, ext_hook=_unknown, unicode_errors="replace")
        else:
            value = json.loads(plain) if plain else None
        return read(value)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except msgpack.exceptions.UnpackException as error:
        raise ValueError("it is no MessagePack") from error


def encode(value: Json) -> bytes:
    """Return a value as a provider takes it; it has to be of the type already."""
    packed: bytes = msgpack.packb(_packable(value))
    return packed


def reader(type_: Json) -> Reader:
    """Return what reads the values of a type.

    Raises:
        ValueError: There is no such type.
    """
    match type_:
        case "string":
            return _text
        case "bool":
            return _truth
        case "number":
            return _number
        case "dynamic":
            return _dynamic
        case ["list", inner]:
            return list_of(reader(inner))
        case ["set", inner]:
            return set_of(reader(inner))
        case ["map", inner]:
            return map_of(reader(inner))
        case ["object", dict(fields), *_]:
            return object_of({name: reader(inner) for name, inner in fields.items()})
        case ["tuple", list(members)]:
            return _tuple_of([reader(inner) for inner in members])
        case _:
            raise ValueError(f"there is no type {str(type_)[:100]}")


def list_of(read: Reader) -> Reader:
    """Return what reads a list whose elements `read` reads."""

    def read_list(value: Any) -> Json:
        return None if value is None else [read(element) for element in _elements(value)]

    return read_list


def set_of(read: Reader) -> Reader:
    """Return what reads a set, sorted."""

    def read_set(value: Any) -> Json:
        return None if value is None else _sorted(read(element) for element in _elements(value))

    return read_set


def map_of(read: Reader) -> Reader:
    """Return what reads a map."""

    def read_map(value: Any) -> Json:
        return None if value is None else {_key(key): read(inner) for key, inner in _members(value)}

    return read_map


def object_of(fields: Mapping[str, Reader]) -> Reader:
    """Return what reads an object; what it lacks is `None`, and what nobody knows is left out."""
    known = tuple(fields.items())

    def read_object(value: Any) -> Json:
        if value is None:
            return None
        if not isinstance(value, dict):
            raise _wrong(value, "an object")
        get = value.get
        return {name: read(get(name)) for name, read in known}

    return read_object


def _tuple_of(members: list[Reader]) -> Reader:
    def read_tuple(value: Any) -> Json:
        if value is None:
            return None
        return [read(element) for read, element in zip(members, _elements(value), strict=True)]

    return read_tuple


def _text(value: Any) -> Json:
    if value is None or isinstance(value, str):
        return value
    raise _wrong(value, "text")


def _truth(value: Any) -> Json:
    if value is None or value is True or value is False:
        return value
    raise _wrong(value, "a truth value")


def _number(value: Any) -> Json:
    """Read a number: one that is too great or too exact for MessagePack is text."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str):
        return int(value) if value.lstrip("-").isdecimal() else _whole(float(value))
    if isinstance(value, float):
        return _whole(value)
    raise _wrong(value, "a number")


def _whole(value: float) -> int | float:
    if not isfinite(value):
        raise ValueError("a number without end where a number belongs")
    return int(value) if value.is_integer() else value


def _dynamic(value: Any) -> Json:
    """Read a value that brings its type along."""
    match value:
        case None:
            return None
        case [bytes(type_) | str(type_), inner]:
            return _brought(type_ if isinstance(type_, str) else type_.decode())(inner)
        case {"type": type_, "value": inner}:
            return reader(type_)(inner)
        case _:
            raise _wrong(value, "a value with its type")


@cache
def _brought(type_: str) -> Reader:
    return reader(json.loads(type_))


def _elements(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise _wrong(value, "a list")


def _members(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, dict):
        return value.items()
    raise _wrong(value, "a map")


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    raise _wrong(key, "a key")


def _wrong(value: Any, expected: str) -> ValueError:
    """Say what is wrong by types alone: the value may be a secret."""
    return ValueError(f"{type(value).__name__} where {expected} belongs")


def _sorted(elements: Iterable[Json]) -> list[Json]:
    members = list(elements)
    if len(members) < 2:
        return members
    if all(isinstance(member, str) for member in members):
        return sorted(members)
    return sorted(members, key=lambda member: json.dumps(member, sort_keys=True))


def _unknown(code: int, data: bytes) -> None:
    """Read an extension of MessagePack: all of them, now and later, stand for "not known yet"."""


def _packable(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _packable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_packable(inner) for inner in value]
    if isinstance(value, int) and not SMALLEST <= value <= GREATEST:
        return str(value)
    return value
