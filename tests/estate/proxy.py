"""Stand between a program and the simulated cloud: note every call, and refuse what must not be."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.estate.calls import Call

KNOWN_AS = "localhost:5000"
"""The host that moto is told it was called by: it repeats it in the ids of queues, which states keep."""

OF_THE_CONNECTION = frozenset({"connection", "transfer-encoding", "content-length", "date", "server"})


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A proxy that is listening."""

    url: str
    calls: list[Call] = field(default_factory=list)
    """What the cloud was asked, in the order in which it answered."""
    refused: list[Call] = field(default_factory=list)


@contextmanager
def proxy_before(
    cloud_url: str, *, admits: Callable[[Call], bool], refusal: tuple[int, str] | None = None
) -> Iterator[Proxy]:
    """Listen on the loopback interface.

    What is not admitted is answered with the `refusal`, a status and a body, or with 403, and never
    reaches the cloud.
    """
    server = _Server(("127.0.0.1", 0), _Handler)
    server.cloud = urlsplit(cloud_url).netloc
    server.admits = admits
    server.refusal = refusal
    server.proxy = Proxy(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(cloud: str, call: Call) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return status, headers and body of the answer of the cloud at `cloud`, a host and port."""
    connection = http.client.HTTPConnection(cloud, timeout=120)
    try:
        connection.request(call.method, call.path, call.body, {**call.headers, "host": KNOWN_AS})
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


class _Server(ThreadingHTTPServer):
    cloud: str
    proxy: Proxy
    admits: Callable[[Call], bool]
    refusal: tuple[int, str] | None

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.turn = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _pass_on(self) -> None:
        self.close_connection = True
        call = self._call()
        if not self.server.admits(call):
            self.server.proxy.refused.append(call)
            status, said = self.server.refusal or (403, f"{call} is not allowed here")
            self._answer(status, [], said.encode())
            return
        # One at a time: moto's ids depend on the order of the calls, and a recording keeps that order.
        with self.server.turn:
            status, headers, body = ask(self.server.cloud, call)
            self.server.proxy.calls.append(call.answered(status))
        self._answer(status, headers, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = _pass_on  # noqa: N815

    def _call(self) -> Call:
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = int(headers.get("content-length", 0))
        return Call(method=self.command, path=self.path, headers=headers, body=self.rfile.read(length))

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in OF_THE_CONNECTION:
                self.send_header(name, value)
        self.send_header("Content-Length", self._length(headers, body))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _length(self, headers: list[tuple[str, str]], body: bytes) -> str:
        """Return the length of `body`; to HEAD, the length that GET would have had."""
        given = {name.lower(): value for name, value in headers}
        return given.get("content-length", "0") if self.command == "HEAD" else str(len(body))

    def log_message(self, *arguments: object) -> None:
        """Say nothing: the calls are noted."""
