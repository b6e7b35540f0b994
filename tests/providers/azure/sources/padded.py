"""Lets Microsoft's AMQP client talk to Qpid Proton, over TLS.

Event Hubs writes every field of what it says, and Microsoft's client counts on it. Proton leaves out the
last ones where they are empty, as the standard allows. So they are put back on the way.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_FIELDS = {0x10: 10, 0x11: 8, 0x12: 14, 0x13: 11, 0x14: 11, 0x15: 6, 0x16: 3, 0x17: 1, 0x18: 1}
"""How many fields each performative has: open, begin, attach and so on."""

_NULL = b"\x40"
_HEAD = struct.Struct(">IBBH")
_PROTOCOL = 8
"""Bytes with which each side begins to speak, first for SASL and then for AMQP."""


def padded(frame: bytes) -> bytes:
    """Return a frame with all fields of its performative."""
    _, offset, type_, channel = _HEAD.unpack_from(frame)
    body = frame[4 * offset :]
    wanted = _FIELDS.get(body[2]) if type_ == 0 and body[:2] == b"\x00\x53" else None
    if wanted is None:
        return frame
    match body[3]:
        case 0x45:
            count, items, rest = 0, b"", body[4:]
        case 0xC0:
            count, items, rest = body[5], body[6 : 5 + body[4]], body[5 + body[4] :]
        case _:
            size, count = struct.unpack_from(">II", body, 4)
            items, rest = body[12 : 8 + size], body[8 + size :]
    items += _NULL * max(0, wanted - count)
    listed = b"\xd0" + struct.pack(">II", len(items) + 4, max(wanted, count)) + items
    content = body[:3] + listed + rest
    return _HEAD.pack(_HEAD.size + len(content), 2, type_, channel) + content


@contextmanager
def padding(upstream: int, context: ssl.SSLContext) -> Iterator[int]:
    """Pass on what comes in over TLS to the server on this port of ours; yield the port to talk to."""
    listening = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []
    sockets: list[socket.socket] = [listening]

    def serve() -> None:
        with suppress(OSError):
            while True:
                accepted, _ = listening.accept()
                with suppress(OSError):
                    client = context.wrap_socket(accepted, server_side=True)
                    server = socket.create_connection(("127.0.0.1", upstream))
                    for one in (client, server):
                        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        sockets.append(one)
                    start(_pass_on, client, server)
                    start(_pass_on_padded, server, client)

    def start(run: object, *given: socket.socket) -> None:
        thread = threading.Thread(target=run, args=given)  # type: ignore[arg-type]
        threads.append(thread)
        thread.start()

    start(serve)
    try:
        yield listening.getsockname()[1]
    finally:
        for one in sockets:
            _shut(one)
        for thread in threads:
            thread.join()
        for one in sockets:
            one.close()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    _shut(target)


def _pass_on_padded(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError, EOFError), source.makefile("rb") as stream:
        while head := stream.read(_PROTOCOL):
            if head.startswith(b"AMQP"):
                target.sendall(head)
                continue
            size = int.from_bytes(head[:4], "big")
            target.sendall(padded(head + stream.read(size - _PROTOCOL)))
    _shut(target)


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
