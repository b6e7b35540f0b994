"""One connection to an event hub of our own: what is said to it, and what it says.

Every field of a performative is written, as Event Hubs does: Microsoft's client counts on it.
"""

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.providers.azure.sources.amqp import (
    Described,
    Symbol,
    Timestamp,
    UByte,
    UInt,
    ULong,
    UShort,
    encode,
    frame,
    opened,
    sections,
)

if TYPE_CHECKING:
    from tests.providers.azure.sources.hub import Hub, Partition

OPEN, BEGIN, ATTACH, FLOW, TRANSFER, DISPOSITION, DETACH, END, CLOSE = range(0x10, 0x19)
SOURCE, TARGET, ACCEPTED, ERROR = 0x28, 0x29, 0x24, 0x1D
ANNOTATIONS, PROPERTIES, NAMED, DATA, VALUE = 0x72, 0x73, 0x74, 0x75, 0x77

SASL, AMQP = b"AMQP\x03\x01\x00\x00", b"AMQP\x00\x01\x00\x00"

_SELECTOR = re.compile(r"amqp\.annotation\.x-opt-(sequence-number|offset) > '(-?\d+)'")
_PER_NUMBER = 100
"""What an offset grows by from event to event."""

_THEN = Timestamp(1_763_633_472_000)


@dataclass(kw_only=True, slots=True)
class Link:
    """A direction in which messages go."""

    channel: int
    handle: int
    address: str
    sent: int = 0
    credit: int = 0
    next: int | None = None
    """The next event, of a partition."""


class HubConnection:
    """What one client says and is told."""

    def __init__(self, hub: "Hub", client: socket.socket) -> None:
        self._hub, self._client = hub, client
        self._links: dict[tuple[int, int], Link] = {}
        self._unread = b""

    def serve(self, is_over: threading.Event) -> None:
        """Talk until the client, or the test, has had enough."""
        self._client.settimeout(0.01)
        for channel, said, payload in self._frames(is_over):
            if said is not None and not self._answer(channel, said.code, said.value, payload):
                return
            if not self._deliver():
                return

    def _frames(self, is_over: threading.Event) -> Iterator[tuple[int, Described | None, bytes]]:
        while not is_over.is_set():
            if self._unread.startswith(SASL[:4]) and len(self._unread) >= 8:
                self._greet(self._unread[:8])
                self._unread = self._unread[8:]
            elif len(self._unread) >= 4 and len(self._unread) >= (
                size := int.from_bytes(self._unread[:4], "big")
            ):
                content, self._unread = self._unread[:size], self._unread[size:]
                yield opened(content)
            elif not self._receive():
                return
            else:
                yield 0, None, b""

    def _receive(self) -> bool:
        try:
            piece = self._client.recv(65536)
        except TimeoutError:
            return True
        self._unread += piece
        return bool(piece)

    def _greet(self, header: bytes) -> None:
        self._client.sendall(header)
        if header == SASL:
            self._client.sendall(frame(0, Described(0x40, [[Symbol("ANONYMOUS")]]), of_sasl=True))

    def _say(self, channel: int, code: int, fields: list[Any], payload: bytes = b"") -> None:
        self._client.sendall(frame(channel, Described(code, fields), payload))

    def _answer(self, channel: int, code: int, fields: list[Any], payload: bytes) -> bool:
        """Answer a performative; false where the connection ends with it."""
        match code:
            case 0x41:  # SASL's: whoever it is
                self._client.sendall(frame(0, Described(0x44, [UByte(0), None]), of_sasl=True))
            case 0x10:
                none = [None] * 6
                self._say(channel, OPEN, ["hub", None, UInt(1 << 20), UShort(1000), *none])
            case 0x11:
                window = UInt(5000)
                self._say(
                    channel, BEGIN, [UShort(channel), UInt(0), window, window, UInt(255), None, None, None]
                )
            case 0x12:
                self._attach(channel, fields)
            case 0x13 if len(fields) > 6 and fields[4] is not None:
                link = self._links[channel, fields[4]]
                link.credit = (fields[5] or 0) + fields[6] - link.sent
            case 0x14:
                self._take(channel, fields, sections(payload))
            case 0x16:
                self._links.pop((channel, fields[0]), None)
                self._say(channel, DETACH, [UInt(fields[0]), True, None])
            case 0x17:
                self._say(channel, END, [None])
            case 0x18:
                self._say(channel, CLOSE, [None])
                return False
        return True

    def _attach(self, channel: int, fields: list[Any]) -> None:
        name, handle, is_receiver, sending, receiving, source, target = fields[:7]
        address = (source if is_receiver else target).value[0]
        link = Link(channel=channel, handle=handle, address=address)
        self._links[channel, handle] = link
        ends = [Described(SOURCE, [source.value[0]]), Described(TARGET, [target.value[0]])]
        count = UInt(0) if is_receiver else None
        settling = [UByte(sending or 0), UByte(receiving or 0)]
        rest = [None, False, count, ULong(1 << 20), None, None, None]
        self._say(channel, ATTACH, [name, UInt(handle), not is_receiver, *settling, *ends, *rest])
        if not is_receiver:
            window = [UInt(0), UInt(5000), UInt(0), UInt(5000)]
            flow = [*window, UInt(handle), UInt(0), UInt(100), None, False, False, None]
            self._say(channel, FLOW, flow)
        elif not address.startswith("$") and self._hub.refuses_links_with:
            error = Described(
                ERROR, [Symbol(self._hub.refuses_links_with), "The messaging entity says no.", None]
            )
            self._say(channel, DETACH, [UInt(handle), True, error])
        elif not address.startswith("$"):
            link.next = _first_wanted(self._hub.partitions[address.rpartition("/")[2]], source.value)

    def _take(self, channel: int, fields: list[Any], message: dict[int, Any]) -> None:
        """Take a message to `$cbs` or `$management`, and answer it."""
        link, number = self._links[channel, fields[0]], UInt(fields[1])
        self._say(channel, DISPOSITION, [True, number, number, True, Described(ACCEPTED, []), None])
        said = {_plain(key): value for key, value in message[NAMED].items()}
        if link.address == "$cbs":
            self._hub.tokens.append((_plain(message[VALUE]), _plain(said["name"])))
            status = (
                (401, "unauthorized-access: Listen is missing") if self._hub.is_denied else (202, "Accepted")
            )
            body = None
        else:
            status, body = (200, "OK"), self._told(said)
        (back,) = (one for one in self._links.values() if one.address == link.address and one is not link)
        self._send(
            back,
            Described(PROPERTIES, [None] * 5 + [message[PROPERTIES][0]]),
            Described(NAMED, {"status-code": status[0], "status-description": status[1]}),
            Described(VALUE, body),
        )

    def _told(self, said: dict[str, Any]) -> dict[str, Any]:
        if _plain(said["type"]) == "com.microsoft:eventhub":
            return {"name": self._hub.name, "created_at": _THEN, "partition_ids": list(self._hub.partitions)}
        partition = self._hub.partitions[_plain(said["partition"])]
        return {
            "name": self._hub.name,
            "partition": _plain(said["partition"]),
            "begin_sequence_number": partition.first,
            "last_enqueued_sequence_number": partition.last,
            "last_enqueued_offset": str(partition.last * _PER_NUMBER),
            "last_enqueued_time_utc": _THEN,
            "is_partition_empty": partition.first > partition.last,
        }

    def _deliver(self) -> bool:
        """Send what is wanted and there; false once the connection is to break."""
        for link in self._links.values():
            partition = self._hub.partitions.get(link.address.rpartition("/")[2])
            while partition and link.next is not None and link.credit and link.next <= partition.last:
                if self._hub.is_silent:
                    break
                if self._hub.cut_after is not None and self._hub.sent >= self._hub.cut_after:
                    return False
                annotations = {
                    Symbol("x-opt-sequence-number"): link.next,
                    Symbol("x-opt-offset"): str(link.next * _PER_NUMBER),
                    Symbol("x-opt-enqueued-time"): _THEN,
                }
                event = Described(DATA, partition.events[link.next])
                self._send(link, Described(ANNOTATIONS, annotations), event)
                link.next, self._hub.sent = link.next + 1, self._hub.sent + 1
        return True

    def _send(self, link: Link, *parts: Described) -> None:
        number = UInt(link.sent)
        fields = [UInt(link.handle), number, str(number).encode(), UInt(0), True, False, None, None]
        payload = b"".join(encode(part) for part in parts)
        self._say(link.channel, TRANSFER, [*fields, False, False, False], payload)
        link.sent, link.credit = link.sent + 1, link.credit - 1


def _first_wanted(partition: "Partition", source: list[Any]) -> int:
    (selector,) = (one.value for one in source[7].values())
    found = _SELECTOR.fullmatch(_plain(selector))
    assert found is not None, selector
    after = int(found[2])
    after = after // _PER_NUMBER if found[1] == "offset" and after > 0 else after
    return max(after + 1, partition.first)


def _plain(said: Any) -> str:
    return said.decode() if isinstance(said, bytes) else str(said)
