"""An Azure of our own: a real HTTPS server that issues tokens and lets its APIs be asked with them only."""

import functools
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

from drift.model.secret import Secret

TENANT = "0ddba115-1111-2222-3333-444455556666"
CLIENT = "c11e0000-1111-2222-3333-444455556666"
SECRET = "the secret of the application"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question to an API."""

    path: str
    query: dict[str, str]
    body: bytes
    audience: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What is answered."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    """The connection breaks after so many bytes."""


Api = Callable[[Asked], Answer]


@dataclass(kw_only=True, slots=True)
class AzureCloud:
    """What was asked, and who answers."""

    url: str = ""
    ca_file: str = ""
    api: Api
    asked: list[Asked] = field(default_factory=list)
    instead: Api | None = None
    """Answers in place of the API."""

    def signed_in(self) -> dict[str, Any]:
        """The settings with which an application signs in here."""
        return {
            "tenant": TENANT,
            "client": CLIENT,
            "client_secret": Secret(SECRET),
            "authority": self.url,
            "ca_file": self.ca_file,
            "endpoint": self.url,
        }

    def refuse(self, status: int, code: str = "", **headers: str) -> None:
        """Answer every question like this from now on."""
        body = json.dumps({"error": {"code": code, "message": "because"}}).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.instead = lambda _: Answer(status=status, body=body, headers=named)

    def answer_to(self, asked: Asked) -> Answer:
        """Answer as the API does."""
        self.asked.append(asked)
        return (self.instead or self.api)(asked)


@functools.cache
def _authority() -> trustme.CA:
    return trustme.CA()


@contextmanager
def azure_cloud(folder: Path, api: Api) -> Iterator[AzureCloud]:
    """Run it on a port of its own, with certificates that nobody else trusts."""
    ca_file = folder / "ca.pem"
    _authority().cert_pem.write_to_path(ca_file)
    cloud = AzureCloud(api=api, ca_file=str(ca_file))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer a question."""
            self._send(self._answer(b""))

        def do_POST(self) -> None:
            """Issue a token, or answer a question that has a body."""
            self._send(self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0)))))

        def _answer(self, body: bytes) -> Answer:
            address = urlsplit(self.path)
            if address.path.endswith("/.well-known/openid-configuration"):
                return Answer(body=json.dumps(_configuration(cloud.url)).encode())
            if address.path.endswith("/oauth2/v2.0/token"):
                return _token(parse_qs(body.decode()))
            kind, _, token = self.headers.get("Authorization", "").partition(" ")
            if kind != "Bearer" or not token.startswith("token for "):
                return Answer(status=401, body=b'{"error":{"code":"AuthenticationFailed","message":"who?"}}')
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            audience = token.removeprefix("token for ")
            return cloud.answer_to(Asked(path=address.path, query=query, body=body, audience=audience))

        def _send(self, answer: Answer) -> None:
            with suppress(OSError):  # who asked may have given up
                self.send_response(answer.status)
                defaults = {"Content-Type": "application/json", "Content-Length": str(len(answer.body))}
                for name, value in (defaults | answer.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body[: answer.cut_at])
                if answer.cut_at is not None:
                    self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        _authority().issue_cert("127.0.0.1").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        cloud.url = f"https://127.0.0.1:{server.server_port}"
        try:
            yield cloud
        finally:
            server.shutdown()
            thread.join()


def _configuration(url: str) -> dict[str, object]:
    base = f"{url}/{TENANT}"
    return {
        "issuer": f"{base}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
    }


def _token(asked: dict[str, list[str]]) -> Answer:
    if asked.get("client_id") != [CLIENT] or asked.get("client_secret") != [SECRET]:
        body = {
            "error": "invalid_client",
            "error_description": "AADSTS7000215: Invalid client secret provided.",
        }
        return Answer(status=401, body=json.dumps(body).encode())
    token = {
        "token_type": "Bearer",
        "expires_in": 3599,
        "access_token": f"token for {asked['scope'][0].removesuffix('/.default')}",
    }
    return Answer(body=json.dumps(token).encode())
