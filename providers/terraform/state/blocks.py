"""The `resources` of a state of version 4: blocks, each of which may have many instances."""

from collections.abc import Iterator

import msgspec

from drift.model.baseline import UnreadableInstance
from drift.model.resource import Json
from providers.terraform.state.addresses import instance_address
from providers.terraform.state.instances import Block, read_instance
from providers.terraform.state.items import Item, Reading
from providers.terraform.state.json_stream import JsonStream
from providers.terraform.state.json_text import DamagedError

HELD_BYTES = 1024 * 1024
"""More of the text of one block is not held."""

_HEAD = ("module", "mode", "type", "name", "provider")
_DATA, _MANAGED = "data", "managed"


def read_blocks(stream: JsonStream, reading: Reading) -> Iterator[Item]:
    """Yield what becomes of every managed instance, in the state's order, and of every deposed object.

    Raises:
        DamagedError: The text breaks off, or is no JSON.
    """
    for position in stream.elements():
        place = f"{reading.origin}#resources[{position}]"
        if stream.next_byte() == b"{":
            yield from _Reader(stream, place, reading).items()
        else:
            stream.skip()
            yield UnreadableInstance(address=place, type=None, error="it is no object")


class _Reader:
    """Reads one block, whose head may stand before its instances, as Terraform writes it, or behind them.

    So the instances are held until the block ends. Only where they are many, what stands
    before them must be all.
    """

    def __init__(self, stream: JsonStream, place: str, reading: Reading) -> None:
        self._stream = stream
        self._place = place
        self._reading = reading
        self._head: dict[str, Json] = {}
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._is_given = False
        """Whether instances were read, under the head as it was then."""
        self._has_instances = True

    def items(self) -> Iterator[Item]:
        for key in self._stream.members():
            if key == "instances":
                yield from self._instances()
            elif key in _HEAD:
                self._learn(key)
            else:
                self._stream.skip()
        block = self._block()
        if isinstance(block, Block):
            yield from self._given(block)
        elif block is not None:
            yield block

    def _learn(self, key: str) -> None:
        if self._is_given:
            raise DamagedError(f"{self._place} has many instances before its {key}")
        try:
            self._head[key] = msgspec.json.decode(self._stream.value())
        except (ValueError, RecursionError):
            self._head[key] = None

    def _instances(self) -> Iterator[Item]:
        if self._stream.next_byte() != b"[":
            self._has_instances = self._stream.value() == b"null"
            return
        block = self._block()
        for _ in self._stream.elements():
            if self._head.get("mode") == _DATA:
                self._stream.skip()
                continue
            self._held.append(self._stream.value())
            self._held_bytes += len(self._held[-1])
            if self._held_bytes > HELD_BYTES and isinstance(block, Block):
                yield from self._given(block)

    def _given(self, block: Block) -> Iterator[Item]:
        yield from (read_instance(text, block, self._reading) for text in self._held)
        self._is_given = True
        self._held.clear()
        self._held_bytes = 0

    def _block(self) -> Block | UnreadableInstance | None:
        """Return the block, or what is wrong with it; `None` is a data source, which is not managed."""
        mode, type_, name, module = (self._head.get(key) for key in ("mode", "type", "name", "module"))
        if mode == _DATA:
            return None
        if not isinstance(type_, str) or not type_:
            return UnreadableInstance(address=self._place, type=None, error="it has no type")
        if not isinstance(name, str) or not name:
            return UnreadableInstance(address=self._place, type=type_, error="it has no name")
        if mode != _MANAGED:
            return UnreadableInstance(address=self._place, type=type_, error="it has no known mode")
        if not isinstance(module, str | None):
            return UnreadableInstance(address=self._place, type=type_, error="its module is no text")
        if not self._has_instances:
            address = instance_address(module, type_, name, None)
            return UnreadableInstance(address=address, type=type_, error="its `instances` is no list")
        return Block(module=module, type=type_, name=name, provider=self._head.get("provider"))
