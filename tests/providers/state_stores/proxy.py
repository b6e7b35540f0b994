"""Stands between an SDK and its server: counts what is asked, and can answer in the server's place."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias
from urllib.parse import urlsplit

Answer: TypeAlias = tuple[int, dict[str, str], bytes]

Headers: TypeAlias = dict[str, str]
"""Of a request, their names in small letters."""

Serve: TypeAlias = Callable[[str, str, Headers], Answer | None]
"""Given method, path and headers, an answer in the server's place, or none."""

_PER_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length", "date", "server"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    """With its query."""
    headers: Headers
    status: int
    size: int
    """Of the answer's body."""


@dataclass(kw_only=True, slots=True)
class Proxy:
    """What was asked so far, and who answers the next request."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answer: Serve | None = None
    body: bytes = b""
    """Of the request that is answered: services that have one path for all say there what is asked."""

    def refuse(self, status: int, body: bytes, /, **headers: str) -> None:
        """Answer everything like this from now on."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = lambda _method, _path, _headers: (status, named, body)


@contextmanager
def proxy_of(server: str) -> Iterator[Proxy]:
    """Run a proxy of the server at this URL, on a port of its own."""
    proxy = Proxy()
    upstream = urlsplit(server).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __getattr__(self, name: str) -> Callable[[], None]:
            """Treat every method alike: they are looked for as `do_GET` and so on."""
            if name.startswith("do_"):
                return self._any
            raise AttributeError(name)

        def _any(self) -> None:
            """Let the server answer, and count it."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            given = {name.lower(): value for name, value in self.headers.items()}
            proxy.body = body
            instead = proxy.answer(self.command, self.path, given) if proxy.answer else None
            status, headers, content = instead or self._forward(body)
            asked = Asked(
                method=self.command, path=self.path, headers=given, status=status, size=len(content)
            )
            proxy.asked.append(asked)
            with suppress(ConnectionError):  # who asked may have given up
                if "Date" in headers and instead:  # by another clock than this machine's
                    self.send_response_only(status)
                else:
                    self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" in headers and instead:  # it promises more than it has
                    self.close_connection = True
                elif self.command != "HEAD":
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def _forward(self, body: bytes) -> Answer:
            connection = http.client.HTTPConnection(upstream, timeout=30)
            try:
                connection.request(self.command, self.path, body, dict(self.headers.items()))
                answer = connection.getresponse()
                content = answer.read()
            finally:
                connection.close()
            skipped = _PER_HOP - ({"content-length"} if self.command == "HEAD" else set())
            headers = {name: value for name, value in answer.getheaders() if name.lower() not in skipped}
            return answer.status, headers, content

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        proxy.url = f"http://127.0.0.1:{listening.server_port}"
        try:
            yield proxy
        finally:
            listening.shutdown()
            thread.join()
