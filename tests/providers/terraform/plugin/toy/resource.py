"""What Terraform does with a resource of the toy provider, whatever its kind."""

import os
import signal
import sys
import time
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

from tf.iface import ReadContext
from tf.schema import Schema
from tf.types import Unknown
from tf.utils import Diagnostics

from tests.providers.terraform.plugin.toy.cloud import Cloud

State: TypeAlias = dict[str, Any]


class Resource:
    """A resource in the cloud."""

    type_name: ClassVar[str]
    """Without the provider's."""
    schema: ClassVar[Schema]
    decided: ClassVar[Mapping[str, Any]] = {}
    """What the cloud decides by itself where nobody says anything."""

    def __init__(self, cloud: Cloud | None) -> None:
        self._cloud = cloud

    @property
    def cloud(self) -> Cloud:
        """Return the cloud of a provider that was configured."""
        assert self._cloud
        return self._cloud

    @classmethod
    def get_name(cls) -> str:
        return cls.type_name

    @classmethod
    def get_schema(cls) -> Schema:
        return cls.schema

    def validate(self, diags: Diagnostics, type_name: str, config: State) -> None: ...

    def upgrade(self, ctx: Any, version: int, old: State) -> State:
        return {**self._nothing(), **old}

    def plan(self, ctx: Any, current: State, planned: State) -> State:
        self.cloud.note("plan", current["id"])
        return planned

    def create(self, ctx: Any, planned: State) -> State:
        thing_id = f"{self.type_name}-{uuid.uuid4().hex[:12]}"
        decided = {name: self.decided.get(name) for name, value in planned.items() if value is Unknown}
        made = {**planned, **decided, "id": thing_id}
        self.cloud.note("create", thing_id)
        with self.cloud.changing() as things:
            things[thing_id] = made
        return made

    def read(self, ctx: ReadContext, current: State) -> State | None:
        """Return what is there; what its `on_read` says is done before, so that tests can make it fail."""
        self.cloud.note("read", current["id"])
        found = self.cloud.things().get(current["id"])
        if found is None:
            return None
        _misbehave(found.get("on_read"), ctx)
        found = {name: value for name, value in found.items() if name != "on_read"}
        return {**self._nothing(), **found, "id": current["id"]}

    def update(self, ctx: Any, current: State, planned: State) -> State:
        self.cloud.note("update", current["id"])
        with self.cloud.changing() as things:
            things[current["id"]] = planned
        return planned

    def delete(self, ctx: Any, current: State) -> None:
        self.cloud.note("delete", current["id"])
        with self.cloud.changing() as things:
            things.pop(current["id"], None)

    def import_(self, ctx: Any, resource_id: str) -> State:
        self.cloud.note("import", resource_id)
        return {**self._nothing(), "id": resource_id}

    def _nothing(self) -> State:
        """Return a resource about which nothing is said."""
        blocks: State = {one.type_name: [] for one in self.schema.block_types}
        return {**dict.fromkeys(one.name for one in self.schema.attributes), **blocks}


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
