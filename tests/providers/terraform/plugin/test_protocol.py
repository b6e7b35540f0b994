"""The provider protocol: as published, and compiled from what stands beside it."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from tf.gen import tfplugin_pb2

from providers.terraform.plugin.protocol import VERSIONS, protocol

PLUGIN = Path(str(files("providers.terraform.plugin")))


def test_what_is_compiled_is_what_the_proto_files_say(tmp_path: Path) -> None:
    """
    If not: `make protos`.
    """
    compiled = tmp_path / "protocols.binpb"
    sources = sorted(str(one) for one in PLUGIN.glob("*.proto"))
    command = ["-m", "grpc_tools.protoc", f"-I{PLUGIN}", f"--descriptor_set_out={compiled}", *sources]

    subprocess.run([sys.executable, *command], check=True)

    shipped = FileDescriptorSet.FromString((PLUGIN / "protocols.binpb").read_bytes())
    assert shipped == FileDescriptorSet.FromString(compiled.read_bytes())


def test_every_field_has_the_number_and_type_that_is_published() -> None:
    """
    Another implementation stands for what is published: with a wrong number, a field is silently empty.
    """
    published = tfplugin_pb2.DESCRIPTOR.message_types_by_name
    calls = protocol(6)
    ours = {
        one.DESCRIPTOR.containing_type.name: one.DESCRIPTOR.containing_type
        for one in (calls.schema.request, calls.prepare.request, calls.configure.request)
    } | {
        one.DESCRIPTOR.containing_type.name: one.DESCRIPTOR.containing_type
        for one in (calls.upgrade.request, calls.read.request, calls.adopt.request, calls.stop.request)
    }

    assert len(ours) == 7
    for name, message in ours.items():
        _compare(message, published[name], set())


def _compare(ours: Descriptor, published: Descriptor, seen: set[str]) -> None:
    if ours.full_name in seen:
        return
    seen.add(ours.full_name)
    for field in ours.fields:
        other = published.fields_by_name.get(field.name)
        if other is None and field.name == "write_only":
            continue  # newer than the other implementation
        assert other is not None, f"{ours.full_name}.{field.name}"
        assert (field.number, field.type, field.is_repeated) == (other.number, other.type, other.is_repeated)
        if field.message_type is not None:
            _compare(field.message_type, other.message_type, seen)
    for nested in ours.nested_types:
        _compare(nested, published.nested_types_by_name[nested.name], seen)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_call_goes_to_the_service_of_its_version(version: int) -> None:
    calls = protocol(version)

    assert calls.read.path == f"/tfplugin{version}.Provider/ReadResource"
    assert calls.shutdown.path == "/plugin.GRPCController/Shutdown"
    assert calls.read.response(new_state=calls.value(msgpack=b"x")).new_state.msgpack == b"x"
