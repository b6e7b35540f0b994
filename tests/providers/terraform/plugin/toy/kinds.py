"""The kinds of resources that the toy provider has, with attributes and blocks of every kind."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tf.schema import Attribute, Schema
from tf.types import Bool, List, NormalizedJson, Number, String

from tests.providers.terraform.plugin.toy.resource import Resource
from tests.providers.terraform.plugin.toy.values import Map, Set, block


class Thing(Resource):
    """A resource with an attribute of every kind."""

    type_name = "thing"
    decided: ClassVar[Mapping[str, Any]] = {"size": 3, "seen_at": "2026-11-20T10:11:12Z"}
    schema = Schema(
        version=1,
        attributes=[
            Attribute("id", String(), computed=True),
            Attribute("name", String(), optional=True),
            Attribute("size", Number(), optional=True, computed=True),
            Attribute("enabled", Bool(), optional=True),
            Attribute("delay_seconds", Number(), optional=True),
            Attribute("tags", Set(String()), optional=True),
            Attribute("steps", List(String()), optional=True),
            Attribute("password", String(), optional=True, sensitive=True),
            Attribute("seen_at", String(), computed=True),
        ],
        block_types=[
            block(
                "rule",
                Attribute("port", Number(), required=True),
                Attribute("cidrs", Set(String()), optional=True),
            )
        ],
    )

    def upgrade(self, ctx: Any, version: int, old: dict[str, Any]) -> dict[str, Any]:
        """Version 0 called the name a title, and counted in text."""
        old["name"] = old.pop("title", old.get("name"))
        if isinstance(old.get("size"), str):
            old["size"] = int(old["size"])
        return super().upgrade(ctx, version, old)


class Network(Resource):
    """What other resources lie in; another address range makes it another network."""

    type_name = "network"
    decided: ClassVar[Mapping[str, Any]] = {"route_table": "rtb-main"}
    schema = Schema(
        version=0,
        attributes=[
            Attribute("id", String(), computed=True),
            Attribute("cidr", String(), required=True, requires_replace=True),
            Attribute("labels", Map(String()), optional=True),
            Attribute("route_table", String(), computed=True),
        ],
    )


class Firewall(Resource):
    """A set of rules, each with sets of its own."""

    type_name = "firewall"
    schema = Schema(
        version=0,
        attributes=[
            Attribute("id", String(), computed=True),
            Attribute("network_id", String(), required=True),
        ],
        block_types=[
            block(
                "rule",
                Attribute("action", String(), required=True),
                Attribute("ports", Set(Number()), required=True),
                block("source", Attribute("cidr", String(), required=True)),
            )
        ],
    )


class Machine(Resource):
    """A list of disks, each with a list of its own, and values that the cloud decides."""

    type_name = "machine"
    decided: ClassVar[Mapping[str, Any]] = {"size": "small", "address": "10.0.0.4"}
    schema = Schema(
        version=0,
        attributes=[
            Attribute("id", String(), computed=True),
            Attribute("network_id", String(), required=True),
            Attribute("size", String(), optional=True, computed=True),
            Attribute("weight", Number(), optional=True),
            Attribute("address", String(), computed=True),
            Attribute("labels", Map(String()), optional=True),
        ],
        block_types=[
            block(
                "disk",
                Attribute("gigabytes", Number(), required=True),
                Attribute("is_encrypted", Bool(), optional=True),
                block("mount", Attribute("path", String(), required=True), ordered=True),
                ordered=True,
            )
        ],
    )


class Secret(Resource):
    """A value that nobody may see, and one that even the code does not know."""

    type_name = "secret"
    decided: ClassVar[Mapping[str, Any]] = {"key": "drawn-by-the-cloud"}
    schema = Schema(
        version=0,
        attributes=[
            Attribute("id", String(), computed=True),
            Attribute("value", String(), required=True, sensitive=True),
            Attribute("readers", Map(Set(String())), optional=True),
            Attribute("key", String(), computed=True, sensitive=True),
        ],
    )


class Policy(Resource):
    """A document of JSON, which the cloud keeps in a form of its own."""

    type_name = "policy"
    schema = Schema(
        version=0,
        attributes=[
            Attribute("id", String(), computed=True),
            Attribute("document", NormalizedJson(), required=True),
            Attribute("principals", List(String()), optional=True),
        ],
    )


KINDS = (Thing, Network, Firewall, Machine, Secret, Policy)
