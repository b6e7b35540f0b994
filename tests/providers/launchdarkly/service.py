"""A LaunchDarkly of our own: a real HTTP server that speaks the API of the audit log."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.providers.launchdarkly.entries import NOON_MS, an_entry

TOKEN = "api-00000000-0000-4000-8000-000000000000"

Answer = tuple[int, dict[str, str], bytes]


class Service:
    """The entries there are, what was asked, and how the next questions are answered."""

    def __init__(self) -> None:
        self.url = ""
        self.entries: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.answer: Callable[[], Answer] | None = None
        """Answers in place of the audit log."""

    def log(self, count: int = 1, *, at: int = NOON_MS, apart: int = 1000, **fields: Any) -> list[str]:
        """Let as many changes be made, one after the other; return their ids."""
        ids = [f"{len(self.entries) + number:024x}" for number in range(count)]
        self.entries += [
            an_entry(x_id=id_, date=at + number * apart, **fields) for number, id_ in enumerate(ids)
        ]
        return ids

    def answer_to(self, parameters: dict[str, str], headers: dict[str, str]) -> Answer:
        """Answer one question as LaunchDarkly does."""
        self.asked.append(parameters)
        self.headers.append(headers)
        if self.answer is not None:
            return self.answer()
        if headers.get("Authorization") != TOKEN:
            return 401, {}, b'{"code": "invalid_token", "message": "Invalid access token"}'
        before, after = int(parameters.get("before", 10**15)), int(parameters.get("after", -1))
        newest_first = sorted(self.entries, key=lambda entry: -entry["date"])
        fitting = [entry for entry in newest_first if after < entry["date"] < before]
        page = fitting[: int(parameters.get("limit", 10))]
        links = {"self": {"href": "/api/v2/auditlog?limit=20", "type": "application/json"}}
        return 200, {}, json.dumps({"_links": links, "items": page}).encode()


@contextmanager
def launchdarkly() -> Iterator[Service]:
    """Run the service on a port of its own."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer, and close the connection."""
            address = urlsplit(self.path)
            given = {name: values[0] for name, values in parse_qs(address.query).items()}
            if address.path == "/api/v2/auditlog":
                status, headers, body = service.answer_to(given, dict(self.headers.items()))
            else:
                status, headers, body = 404, {}, b"{}"
            with suppress(ConnectionError):  # who asked may have given up
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        service.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
