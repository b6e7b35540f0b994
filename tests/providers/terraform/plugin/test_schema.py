"""What a provider's schema says, of either protocol."""

import json
from typing import Any

import pytest

from drift.model.resource import TypeSchema
from providers.terraform.plugin.protocol import protocol
from providers.terraform.plugin.schema import Nesting, ResourceType, Schemas
from providers.terraform.plugin.values import decode, encode


def a_type(version: int, **block: Any) -> ResourceType:
    answer = protocol(version).schema.response(resource_schemas={"x_y": {"version": 3, "block": block}})
    found = Schemas(answer).of("x_y")
    assert found is not None
    return found


def an_attribute(name: str, type_: Any = "string", **flags: Any) -> dict[str, Any]:
    return {"name": name, "type": json.dumps(type_).encode(), **flags}


def a_block(name: str, nesting: Nesting, *attributes: dict[str, Any]) -> dict[str, Any]:
    return {"type_name": name, "nesting": nesting, "block": {"attributes": attributes}}


@pytest.mark.parametrize("version", [5, 6])
def test_paths_tell_sets_computed_and_sensitive_attributes(version: int) -> None:
    found = a_type(
        version,
        attributes=[
            an_attribute("id", optional=True, computed=True),
            an_attribute("arn", computed=True),
            an_attribute("secret", required=True, sensitive=True),
            an_attribute("tags", ["set", ["object", {"values": ["set", "string"]}]], optional=True),
            an_attribute("groups", ["list", ["set", "string"]], optional=True),
            an_attribute("pair", ["tuple", [["set", "string"]]], optional=True),
            an_attribute("readers", ["map", ["set", "string"]], optional=True),
            an_attribute("deep", ["map", ["list", ["map", ["object", {"ids": ["set", "string"]}]]]]),
        ],
        block_types=[
            a_block("rule", Nesting.SET, an_attribute("cidrs", ["set", "string"], optional=True)),
            a_block("disk", Nesting.LIST, an_attribute("volume_id", computed=True)),
            a_block("only", Nesting.SINGLE, an_attribute("key", optional=True, sensitive=True)),
            a_block(
                "named",
                Nesting.MAP,
                an_attribute("zones", ["set", "string"], optional=True),
                an_attribute("arn", computed=True),
                an_attribute("size", optional=True, computed=True),
                an_attribute("token", optional=True, sensitive=True),
            ),
        ],
    )

    assert found.version == 3
    assert found.schema == TypeSchema(
        sets=frozenset(
            {
                *("tags", "tags[].values", "groups[]", "pair[]", "rule", "rule[].cidrs"),
                *("readers.*", "deep.*[].*.ids", "named.*.zones"),
            }
        ),
        computed=frozenset({"arn", "disk[].volume_id", "named.*.arn"}),
        optional=frozenset({"id", "named.*.size"}),
        sensitive=frozenset({"secret", "only.key", "named.*.token"}),
    )


def test_attributes_of_attributes_are_read_like_blocks() -> None:
    """
    They are new in protocol 6.
    """
    inner = [an_attribute("a", ["set", "string"], optional=True)]
    modes = {"one": Nesting.SINGLE, "list": Nesting.LIST, "set": Nesting.SET, "map": Nesting.MAP}
    found = a_type(
        6,
        attributes=[
            {"name": name, "nested_type": {"attributes": inner, "nesting": mode}, "optional": True}
            for name, mode in modes.items()
        ],
    )
    one = {"a": ["2", "1"]}

    value = decode(encode({"one": one, "list": [one], "set": [one], "map": {"k": one}}), b"", found.read)

    read = {"a": ["1", "2"]}
    assert value == {"one": read, "list": [read], "set": [read], "map": {"k": read}}
    assert found.schema.sets == {"one.a", "list[].a", "set", "set[].a", "map.*.a"}


def test_a_block_that_is_not_there_is_empty_or_null() -> None:
    found = a_type(
        5, block_types=[a_block("many", Nesting.LIST, an_attribute("a")), a_block("one", Nesting.GROUP)]
    )

    assert decode(encode({"many": [], "one": None}), b"", found.read) == {"many": [], "one": None}


def test_a_type_that_makes_no_sense_spoils_no_other() -> None:
    sound = {"block": {"attributes": [an_attribute("a")]}}
    odd = {"block": {"attributes": [{"name": "a", "type": b'"nonsense"'}]}}
    answer = protocol(5).schema.response(resource_schemas={"x_sound": sound, "x_odd": odd})

    schemas = Schemas(answer)

    assert schemas.of("x_sound")
    assert schemas.of("x_other") is None
    with pytest.raises(ValueError, match="there is no type nonsense"):
        schemas.of("x_odd")
