"""AMQP 1.0 as bytes: its types, and frames of performatives, as far as an event hub of our own speaks it.

http://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-types-v1.0-os.html
"""

import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class Symbol(str):
    """A name out of a fixed set."""

    __slots__ = ()


class UByte(int):
    """Without a sign, 8 bits."""


class UShort(int):
    """Without a sign, 16 bits."""


class UInt(int):
    """Without a sign, 32 bits."""


class ULong(int):
    """Without a sign, 64 bits."""


class Timestamp(int):
    """Milliseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Described:
    """A value with a number that says what it is."""

    code: Any
    value: Any


_FIXED: dict[int, tuple[str, type]] = {
    0x50: ("B", UByte),
    0x51: ("b", int),
    0x52: ("B", UInt),
    0x53: ("B", ULong),
    0x54: ("b", int),
    0x55: ("b", int),
    0x56: ("?", bool),
    0x60: ("H", UShort),
    0x61: ("h", int),
    0x70: ("I", UInt),
    0x71: ("i", int),
    0x72: ("f", float),
    0x80: ("Q", ULong),
    0x81: ("q", int),
    0x82: ("d", float),
    0x83: ("q", Timestamp),
}
_EMPTY: dict[int, Any] = {0x40: None, 0x41: True, 0x42: False, 0x43: UInt(0), 0x44: ULong(0)}
_WRITTEN = {UByte: 0x50, UShort: 0x60, UInt: 0x70, ULong: 0x80, Timestamp: 0x83, int: 0x81}


def encode(value: Any) -> bytes:
    """Return a value as bytes, in the long forms of the types."""
    match value:
        case None:
            return b"\x40"
        case bool():
            return b"\x41" if value else b"\x42"
        case int():
            code = _WRITTEN[type(value)]
            return struct.pack(f">B{_FIXED[code][0]}", code, value)
        case uuid.UUID():
            return b"\x98" + value.bytes
        case Symbol():
            return struct.pack(">BI", 0xB3, len(value)) + value.encode()
        case str():
            return struct.pack(">BI", 0xB1, len(value.encode())) + value.encode()
        case bytes():
            return struct.pack(">BI", 0xB0, len(value)) + value
        case Described():
            return b"\x00\x53" + bytes([value.code]) + encode(value.value)
        case list():
            return _compound(0xD0, value)
        case dict():
            return _compound(0xD1, [part for pair in value.items() for part in pair])
        case _:
            raise TypeError(f"no type of AMQP: {value!r}")


def _compound(code: int, parts: Sequence[Any]) -> bytes:
    content = b"".join(encode(part) for part in parts)
    return struct.pack(">BII", code, len(content) + 4, len(parts)) + content


def decode(data: bytes, at: int = 0) -> tuple[Any, int]:
    """Return the value that begins there, and where it ends."""
    code = data[at]
    at += 1
    if code == 0:
        descriptor, at = decode(data, at)
        value, at = decode(data, at)
        return Described(descriptor, value), at
    if code in _EMPTY:
        return _EMPTY[code], at
    if code in _FIXED:
        form, kind = _FIXED[code]
        (number,) = struct.unpack_from(f">{form}", data, at)
        return kind(number), at + struct.calcsize(f">{form}")
    if code == 0x98:
        return uuid.UUID(bytes=data[at : at + 16]), at + 16
    if code == 0x45:
        return [], at
    return _sized(code, data, at)


def _sized(code: int, data: bytes, at: int) -> tuple[Any, int]:
    """Return what has its size before it: one byte of it where the code is even in its first digit."""
    width = 1 if code >> 4 in (0xA, 0xC, 0xE) else 4
    size = int.from_bytes(data[at : at + width], "big")
    at, end = at + width, at + width + size
    if code >> 4 in (0xA, 0xB):
        body = data[at:end]
        kind = {0x0: bytes, 0x1: lambda text: text.decode(), 0x3: lambda text: Symbol(text.decode())}[
            code & 0xF
        ]
        return kind(body), end
    count = int.from_bytes(data[at : at + width], "big")
    at += width
    if code >> 4 in (0xE, 0xF):  # an array: one constructor for all; nobody here needs what is in it
        return [], end
    parts = []
    for _ in range(count):
        part, at = decode(data, at)
        parts.append(part)
    return (dict(zip(parts[::2], parts[1::2], strict=True)) if code & 0xF == 1 else parts), end


def frame(channel: int, performative: Described, payload: bytes = b"", *, of_sasl: bool = False) -> bytes:
    """Return a frame."""
    body = encode(performative) + payload
    return struct.pack(">IBBH", 8 + len(body), 2, int(of_sasl), channel) + body


def opened(content: bytes) -> tuple[int, Described | None, bytes]:
    """Return the channel, the performative and the payload of a frame; an empty one is a sign of life."""
    size, offset, _, channel = struct.unpack_from(">IBBH", content)
    body = content[4 * offset : size]
    if not body:
        return channel, None, b""
    performative, end = decode(body)
    return channel, performative, body[end:]


def sections(payload: bytes) -> dict[int, Any]:
    """Return the sections of a message by their numbers."""
    found: dict[int, Any] = {}
    at = 0
    while at < len(payload):
        section, at = decode(payload, at)
        found[section.code] = section.value
    return found
