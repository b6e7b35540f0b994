"""A small HTTP or HTTPS server on 127.0.0.1 that hands each request to a stand-in."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What was asked; the names of headers in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What is answered; without a status the connection ends instead."""

    status: int | None = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


Answering: TypeAlias = Callable[[Request], Reply]


@contextmanager
def serving(answer: Answering, *, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve until the end of the block; yields the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="stand-in")
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(answer: Answering) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            reply = answer(
                Request(
                    method=self.command,
                    path=self.path,
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self.rfile.read(int(self.headers.get("Content-Length", 0))),
                )
            )
            self.close_connection = True
            if reply.status is None:
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_POST = do_PUT = do_OPTIONS = _serve  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            """Keep standard error for what matters."""

    return Handler
