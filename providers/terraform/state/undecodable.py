"""Instances that no decoder takes: named by what can still be found in them."""

import re

import msgspec

from drift.model.baseline import UnreadableInstance
from drift.model.resource import Json
from providers.terraform.state.addresses import instance_address
from providers.terraform.state.items import id_of
from providers.terraform.state.json_stream import JsonStream

_HALF_PAIR = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u([dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)


def without_half_pairs(text: bytes) -> bytes:
    """Return `text` with each half of a surrogate pair as U+FFFD, which Terraform takes it for."""
    return _HALF_PAIR.sub(lambda match: b"\\ufffd" if match[1] else match[0], text)


def undecodable(
    text: bytes, error: Exception, *, module: str | None, type_: str, name: str
) -> UnreadableInstance:
    """Name the instance written as `text`, which could not be decoded because of `error`.

    Without its id it would be found again as a resource that nobody declares.
    """
    key, found = None, None
    try:
        key, found = _key_and_id(JsonStream([text]))
        address = instance_address(module, type_, name, key)
    except (ValueError, RecursionError):
        address = instance_address(module, type_, name, None)
    return UnreadableInstance(address=address, type=type_, error=_why(error), resource_id=found)


def _key_and_id(stream: JsonStream) -> tuple[Json, str | None]:
    key, found = None, None
    for member in stream.members():
        if member == "index_key":
            key = msgspec.json.decode(stream.value())
        elif member in ("attributes", "attributes_flat") and stream.next_byte() == b"{":
            found = _id(stream) or found
        else:
            stream.skip()
    return key, found


def _id(stream: JsonStream) -> str | None:
    found = None
    for member in stream.members():
        if member == "id":
            found = id_of({"id": msgspec.json.decode(stream.value())})
        else:
            stream.skip()
    return found


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, msgspec.ValidationError):
        # Of numbers alone, for nothing else in it has a type.
        return "it holds a number that is out of range"
    return f"it is damaged: {error}"
