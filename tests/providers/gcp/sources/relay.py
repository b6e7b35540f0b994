"""A network that can be cut: TCP passed on, until so many bytes of the answers have gone through."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from drift.errors import ProviderUnavailableError

_Read = TypeVar("_Read")


class Relay:
    """Passes on what is said to one port, both ways."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._left: int | None = None
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.cuts = 0

    def cut_after(self, answered: int | None) -> None:
        """Let so many more bytes of answers through, then cut every connection; `None` repairs the line."""
        with self._lock:
            self._left = answered

    def run(self) -> None:
        """Accept connections until the listener is closed."""
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                return
            self._open += [near, far]
            for pair in ((near, far, False), (far, near, True)):
                threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def close(self) -> None:
        """Stop accepting, and hang up."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._hang_up()

    def _pass(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                allowed = self._allowed(len(data)) if is_answer else len(data)
                sink.sendall(data[:allowed])
                if allowed < len(data):
                    self.cuts += 1
                    break
        self._hang_up_both(source, sink)

    def _allowed(self, wanted: int) -> int:
        with self._lock:
            if self._left is None:
                return wanted
            allowed = min(wanted, self._left)
            self._left -= allowed
            return allowed

    def _hang_up(self) -> None:
        for one in self._open:
            self._hang_up_both(one)

    def _hang_up_both(self, *sockets: socket.socket) -> None:
        for one in sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def relayed(port: int) -> Iterator[Relay]:
    """Put a relay before a port."""
    relay = Relay(port)
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        yield relay
    finally:
        relay.close()
        thread.join()


def until_repaired(read: Callable[[], _Read]) -> _Read:
    """Read as soon as the connection is there again: gRPC makes a new one when it sees fit."""
    for _ in range(150):
        try:
            return read()
        except ProviderUnavailableError:
            time.sleep(0.2)
    return read()
