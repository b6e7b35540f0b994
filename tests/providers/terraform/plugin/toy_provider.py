"""A Terraform provider in Python: protocol 6, over TLS, with the JSON file `cloud` as its cloud.

Run by the engine as a process of its own, under the name that Terraform would give it. What a
resource's `on_read` says is done when it is read: that is how the tests make it misbehave.
"""

import json
import os
import signal
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from tf import runner
from tf.blocks import SetNestedBlock
from tf.iface import ReadContext, UpgradeContext
from tf.schema import Attribute, Block, Schema
from tf.types import Bool, List, Number, Set, String
from tf.utils import Diagnostics


@lru_cache(maxsize=1)
def cloud_at(file: str, changed_at: int) -> dict[str, Any]:
    """Return what stands in the file since it was last changed."""
    return json.loads(Path(file).read_text())


class Thing:
    """A resource with an attribute of every kind."""

    def __init__(self, provider: "Toy") -> None:
        self.provider = provider

    @classmethod
    def get_name(cls) -> str:
        return "thing"

    @classmethod
    def get_schema(cls) -> Schema:
        rule = [Attribute("port", Number(), required=True), Attribute("cidrs", Set(String()), optional=True)]
        return Schema(
            version=1,
            attributes=[
                Attribute("id", String(), computed=True),
                Attribute("name", String(), optional=True),
                Attribute("size", Number(), optional=True, computed=True),
                Attribute("enabled", Bool(), optional=True),
                Attribute("tags", Set(String()), optional=True),
                Attribute("steps", List(String()), optional=True),
                Attribute("password", String(), optional=True, sensitive=True),
                Attribute("seen_at", String(), computed=True),
            ],
            block_types=[SetNestedBlock("rule", Block(attributes=rule))],
        )

    def validate(self, diags: Diagnostics, type_name: str, config: dict[str, Any]) -> None: ...

    def upgrade(self, ctx: UpgradeContext, version: int, old: dict[str, Any]) -> dict[str, Any]:
        """Version 0 called the name a title, and counted in text."""
        old["name"] = old.pop("title", old.get("name"))
        if isinstance(old.get("size"), str):
            old["size"] = int(old["size"])
        empty = {"rule": [], **{one.name: None for one in self.get_schema().attributes}}
        return {**empty, **old}

    def read(self, ctx: ReadContext, current: dict[str, Any]) -> dict[str, Any] | None:
        file = self.provider.cloud
        things = cloud_at(file, Path(file).stat().st_mtime_ns)["things"]
        with Path(f"{self.provider.cloud}.log").open("a") as log:
            log.write(f"{os.getpid()} {self.provider.region} {current['id']}\n")
        found = things.get(current["id"])
        if found is None:
            return None
        _misbehave(found.get("on_read"), ctx)
        found = {name: value for name, value in found.items() if name != "on_read"}
        return {**dict.fromkeys(current), "rule": [], **found, "id": current["id"]}

    def import_(self, ctx: Any, resource_id: str) -> dict[str, Any]:
        names = [one.name for one in self.get_schema().attributes]
        return {**dict.fromkeys(names), "rule": [], "id": resource_id}


def _misbehave(how: str | None, ctx: ReadContext) -> None:
    match how:
        case "exit":
            print("panic: runtime error: index out of range [3] with length 0", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            time.sleep(600)
        case "deny":
            ctx.diagnostics.add_error("AccessDenied", "not authorized, with the password hunter2-hunter2")
        case "throttle":
            ctx.diagnostics.add_error("Throttling", "Rate exceeded")
        case "raise":
            raise RuntimeError("a defect")
        case _:
            pass


class Toy:
    """The provider itself."""

    def full_name(self) -> str:
        return "registry.example.com/example/toy"

    def get_model_prefix(self) -> str:
        return "toy_"

    def get_provider_schema(self, diags: Diagnostics) -> Schema:
        return Schema(
            attributes=[
                Attribute("cloud", String(), required=True),
                Attribute("region", String(), optional=True),
                Attribute("accounts", List(String()), optional=True),
            ]
        )

    def validate_config(self, diags: Diagnostics, config: dict[str, Any]) -> None: ...

    def configure_provider(self, diags: Diagnostics, config: dict[str, Any]) -> None:
        self.cloud, self.region = config["cloud"], config["region"]
        cloud = json.loads(Path(self.cloud).read_text())
        with Path(f"{self.cloud}.starts").open("a") as log:
            log.write(f"{json.dumps(dict(os.environ))}\n")
        if config["accounts"] and cloud.get("account") not in config["accounts"]:
            diags.add_error("account not allowed", f"these credentials are of {cloud.get('account')}")

    def get_data_sources(self) -> list[Any]:
        return []

    def get_resources(self) -> list[type[Thing]]:
        return [Thing]

    def new_resource(self, klass: type[Thing]) -> Thing:
        return klass(self)


if __name__ == "__main__":
    runner.run_provider(Toy())
