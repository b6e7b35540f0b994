"""A proxy before the cloud that answers wrongly, late or not at all, as clouds do on bad days."""

import http.client
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

SERVER_ERRORS, THROTTLES, HANGS = 0.05, 0.02, 0.002
"""What share of the requests fails so."""

HANG_SECONDS = 30

_EXPIRED = (
    403,
    b"<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>",
)
_ANSWERS = {
    "server-error": (500, b"<Error><Code>InternalError</Code><Message>broken</Message></Error>"),
    "throttled": (503, b"<Error><Code>SlowDown</Code><Message>slow down</Message></Error>"),
    "hang": (500, b""),
}


class Faults:
    """Decides what becomes of each request."""

    def __init__(self, upstream: str, seed: int) -> None:
        self.told: Counter[str] = Counter()
        """How many requests met which fault."""
        self.is_refusing = threading.Event()
        """While it is set, credentials are refused as expired."""
        self.is_over = threading.Event()
        self.upstream = urlsplit(upstream)
        self._chance = random.Random(seed)
        self._lock = threading.Lock()

    def next(self) -> str | None:
        """Return the fault that the next request meets."""
        if self.is_refusing.is_set():
            return "expired"
        with self._lock:
            drawn = self._chance.random()
        for name, share in (("server-error", SERVER_ERRORS), ("throttled", THROTTLES), ("hang", HANGS)):
            if drawn < share:
                return name
            drawn -= share
        return None


@contextmanager
def faulty(upstream: str, seed: int = 1) -> Iterator[tuple[str, Faults]]:
    """Serve what `upstream` does, with faults; yield the address, and what was told."""
    faults = Faults(upstream, seed)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(faults))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", faults
    finally:
        faults.is_over.set()
        server.shutdown()
        server.server_close()


def _handler_of(faults: Faults) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = faults.next()
            if fault is None:
                self._answer(*self._upstream(body))
                return
            faults.told[fault] += 1
            if fault == "hang":
                faults.is_over.wait(HANG_SECONDS)
            self._answer(*(_EXPIRED if fault == "expired" else _ANSWERS[fault]), {})

        def _upstream(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
            connection = http.client.HTTPConnection(faults.upstream.netloc, timeout=60)
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            return answer.status, content, dict(answer.headers.items())

        def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in (
                    "content-length",
                    "transfer-encoding",
                    "connection",
                    "date",
                    "server",
                ):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _pass_on  # noqa: N815 - what the library calls

    return Handler
