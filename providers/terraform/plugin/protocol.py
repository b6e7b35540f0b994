"""The two versions of the provider protocol, as far as reading takes them.

The `.proto` files beside this one are compiled into `protocols.binpb` by `make protos`. The
messages are made from that at run time, so no generated code ties us to one version of protobuf.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

Message: TypeAlias = Any
"""A protobuf message: its classes are made at run time, and have no types."""

VERSIONS = (5, 6)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call of a service."""

    path: str
    """`/tfplugin5.Provider/ReadResource`."""
    request: type[Message]
    response: type[Message]


@dataclass(frozen=True, kw_only=True, slots=True)
class Protocol:
    """The calls of one version."""

    version: int
    schema: Call
    prepare: Call
    """Check a provider's configuration; version 5 also fills in defaults."""
    configure: Call
    upgrade: Call
    read: Call
    adopt: Call
    """`ImportResourceState`: what a resource is that only its type and id are known of."""
    stop: Call
    shutdown: Call
    """End the process: this is the plugin's, not the provider's."""
    value: type[Message]
    """`DynamicValue`."""
    raw: type[Message]
    """`RawState`."""


@cache
def protocol(version: int) -> Protocol:
    """Return the calls of a version out of `VERSIONS`."""
    calls = _calls(f"tfplugin{version}.Provider")
    shutdown = _calls("plugin.GRPCController")["Shutdown"]
    is_old = version < 6
    return Protocol(
        version=version,
        schema=calls["GetSchema" if is_old else "GetProviderSchema"],
        prepare=calls["PrepareProviderConfig" if is_old else "ValidateProviderConfig"],
        configure=calls["Configure" if is_old else "ConfigureProvider"],
        upgrade=calls["UpgradeResourceState"],
        read=calls["ReadResource"],
        adopt=calls["ImportResourceState"],
        stop=calls["Stop" if is_old else "StopProvider"],
        shutdown=shutdown,
        value=_message(f"tfplugin{version}.DynamicValue"),
        raw=_message(f"tfplugin{version}.RawState"),
    )


@cache
def _pool() -> DescriptorPool:
    """Return the descriptors in a pool of their own: other plugins' protocols have the same names."""
    compiled = files(__package__).joinpath("protocols.binpb").read_bytes()
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(compiled).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


def _calls(service: str) -> dict[str, Call]:
    return {
        method.name: Call(
            path=f"/{service}/{method.name}",
            request=GetMessageClass(method.input_type),
            response=GetMessageClass(method.output_type),
        )
        for method in _pool().FindServiceByName(service).methods
    }


def _message(name: str) -> type[Message]:
    message: type[Message] = GetMessageClass(_pool().FindMessageTypeByName(name))
    return message
