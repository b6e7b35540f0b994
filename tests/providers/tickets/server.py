"""A server on loopback that answers as a ticket system says, and remembers what it had to refuse."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

TOKEN = "t0ken-of-the-test"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    """Without what it asks, as it was sent."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Their names in small letters."""
    body: Any = None

    @property
    def parts(self) -> list[str]:
        """The path's steps, each of them decoded."""
        return [unquote(part) for part in self.path.strip("/").split("/")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What is said to it."""

    status: int = 200
    body: Any = None
    """JSON, or bytes that are sent as they are."""
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """The real system would refuse this."""

    def __init__(self, answer: Answer, why: str) -> None:
        super().__init__(why)
        self.answer = answer
        self.why = why


class Service(Protocol):
    """One ticket system."""

    def answer(self, asked: Asked) -> Answer:
        """Answer as the real one does, or raise `RefusedError`."""
        ...


class Server:
    """What was asked, what was refused, and what is to go wrong."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.url = ""
        self.asked: list[Asked] = []
        self.refused: list[str] = []
        """What the adapter asked for wrongly: a test that expects none checks that this is empty."""
        self.fault: Callable[[Asked], Answer | None] | None = None
        """Answers in place of the service, if it returns anything."""

    def respond(self, asked: Asked) -> Answer:
        """Answer one request."""
        self.asked.append(asked)
        if self.fault and (faulty := self.fault(asked)):
            return faulty
        try:
            return self.service.answer(asked)
        except RefusedError as error:
            self.refused.append(f"{asked.method} {asked.path}: {error.why}")
            return error.answer


def only(asked: Asked, *names: str, answer: Answer | None = None) -> None:
    """Refuse a query with a parameter that does not exist."""
    if unknown := set(asked.query) - set(names):
        raise RefusedError(answer or Answer(status=400, body={}), f"unknown parameters {sorted(unknown)}")


def only_fields(document: Any, required: set[str], optional: set[str], answer: Answer) -> None:
    """Refuse a body with a field too many or too few."""
    given = set(document) if isinstance(document, dict) else set()
    if given - required - optional or required - given:
        raise RefusedError(answer, f"a body with {sorted(given)}")


def _parsed(body: bytes, kind: str) -> Any:
    """Return what a body says: the fields of a form, JSON, or the bytes of what is neither."""
    if kind.startswith("application/timestamp-query"):
        return body
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    return json.loads(body) if body else None


@contextmanager
def served(service: Service) -> Iterator[Server]:
    """Run a service on a port of its own."""
    server = Server(service)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer, and close the connection."""
            address = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            asked = Asked(
                method=self.command,
                path=address.path,
                query=dict(parse_qsl(address.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=_parsed(body, self.headers.get("Content-Type") or ""),
            )
            answer = server.respond(asked)
            content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            kind = {} if isinstance(answer.body, bytes) else {"Content-Type": "application/json"}
            with suppress(ConnectionError):  # who asked may have given up
                self.send_response(answer.status)
                for name, value in (
                    kind | {"Content-Length": str(len(content))} | dict(answer.headers)
                ).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

        def do_POST(self) -> None:
            """Answer alike."""
            self.do_GET()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
        thread.start()
        server.url = f"http://127.0.0.1:{httpd.server_port}"
        try:
            yield server
        finally:
            httpd.shutdown()
            thread.join()
