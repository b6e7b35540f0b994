"""The `modules` of a state of version 3, each of which has its resources by keys: an instance each."""

from collections.abc import Iterator

import msgspec

from drift.model.baseline import UnreadableInstance
from drift.model.resource import Json
from providers.terraform.state.items import Item, Reading
from providers.terraform.state.json_stream import JsonStream
from providers.terraform.state.old_instances import read_old_instance

_ROOT = "root"


def read_modules(stream: JsonStream, reading: Reading) -> Iterator[Item]:
    """Yield what becomes of every managed instance, in the state's order, and of every deposed object.

    Raises:
        DamagedError: The text breaks off, or is no JSON.
    """
    for position in stream.elements():
        place = f"{reading.origin}#modules[{position}]"
        if stream.next_byte() == b"{":
            yield from _module(stream, place, reading)
        else:
            stream.skip()
            yield UnreadableInstance(address=place, type=None, error="it is no object")


def _module(stream: JsonStream, place: str, reading: Reading) -> Iterator[Item]:
    path: Json = None
    held: list[tuple[str, bytes]] = []
    """What was met before the path; in the order that Terraform writes there is none."""
    for member in stream.members():
        if member == "path":
            path = _decoded(stream.value())
        elif member != "resources":
            stream.skip()
        elif stream.next_byte() == b"{":
            for key in stream.members():
                if path is None:
                    held.append((key, stream.value()))
                else:
                    yield from _resource(key, stream.value(), path, place, reading)
        elif stream.value() != b"null":
            yield UnreadableInstance(address=place, type=None, error="its `resources` is no object")
    for key, text in held:
        yield from _resource(key, text, path, place, reading)


def _decoded(text: bytes) -> Json:
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return None


def _resource(key: str, text: bytes, path: Json, place: str, reading: Reading) -> Iterator[Item]:
    if isinstance(path, list) and path[:1] == [_ROOT] and all(isinstance(step, str) for step in path):
        module = ".".join(f"module.{name}" for name in path[1:])
        yield from read_old_instance(key, text, module, f"{place}.{key}", reading)
    else:
        yield UnreadableInstance(address=f"{place}.{key}", type=None, error="its module has no path")
