"""Hears what people answer over HTTP, where Slack may call us: each call is checked to be Slack's.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import json
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, parse_qsl

from drift.errors import ProviderUnavailableError
from providers.slack.heard import Heard
from providers.slack.interactions import Interactions

if TYPE_CHECKING:
    from slack_sdk.signature import SignatureVerifier

PATH: Final = "/slack/interactive"
COMMAND_PATH: Final = "/slack/command"

MOST_BYTES: Final = 1_000_000
"""Slack's payloads are far smaller."""

_LOOKED_AFTER: Final = 1.0
_READ_WITHIN: Final = 10
"""Seconds in which a call must be there whole."""


def hear_http(
    host: str,
    port: int,
    signing_secret: str,
    interactions: Interactions,
    is_over: Callable[[], bool],
    told_port: Callable[[int], None] = lambda _: None,
) -> None:
    """Take in what Slack calls us with until it is over; `told_port` is told where.

    Raises:
        ProviderUnavailableError: Nobody can listen there.
    """
    try:
        server = _Server((host, port), _handler(signing_secret, interactions))
    except OSError as problem:
        raise ProviderUnavailableError(
            f"nobody can listen for Slack's calls at {host}:{port}: {problem.strerror}",
            hint='choose another "listen" of the notifier, or end what listens there',
        ) from problem
    told_port(server.server_address[1])
    waiting = threading.Event()
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        while not is_over():
            waiting.wait(_LOOKED_AFTER)
        server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True


def _handler(signing_secret: str, interactions: Interactions) -> type[BaseHTTPRequestHandler]:
    from slack_sdk.signature import SignatureVerifier

    verifier = SignatureVerifier(signing_secret)

    def press(body: bytes) -> Heard | None:
        payload = _payload(body)
        return None if payload is None else interactions.hear(payload)

    def command(body: bytes) -> Heard | None:
        fields = _fields(body)
        return None if fields is None else interactions.hear_command(fields)

    roads = {PATH: press, COMMAND_PATH: command}

    class Handler(BaseHTTPRequestHandler):
        timeout = _READ_WITHIN
        server_version, sys_version = "Driftledger", ""

        def do_POST(self) -> None:
            """Answer a call; one that Slack did not sign is told nothing."""
            body = self._body()
            if body is None:
                return
            hears = roads.get(self.path)
            if hears is None:
                self._say(HTTPStatus.NOT_FOUND)
            elif not _is_signed(verifier, body, dict(self.headers.items())):
                self._say(HTTPStatus.UNAUTHORIZED)
            elif (heard := hears(body)) is None:
                self._say(HTTPStatus.BAD_REQUEST)
            else:
                self._answer(heard)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            """Say nothing: payloads name people."""

        def _answer(self, heard: Heard) -> None:
            self._say(
                HTTPStatus.OK, json.dumps(heard.acknowledgement).encode() if heard.acknowledgement else b""
            )
            if heard.then:
                heard.then()

        def _body(self) -> bytes | None:
            try:
                length = int(self.headers.get("Content-Length", ""))
            except ValueError:
                length = -1
            if not 0 <= length <= MOST_BYTES:
                self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return None
            return self.rfile.read(length)

        def _say(self, status: HTTPStatus, content: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

    return Handler


def _is_signed(verifier: "SignatureVerifier", body: bytes, headers: dict[str, str]) -> bool:
    try:
        return verifier.is_valid_request(body, headers)
    except (ValueError, TypeError):
        # The SDK raises them of a time that is no number, and of a body or signature that is no text.
        return False


def _payload(body: bytes) -> object | None:
    try:
        [said] = parse_qs(body.decode(), strict_parsing=True)["payload"]
        return json.loads(said)  # type: ignore[no-any-return]
    except (ValueError, KeyError, RecursionError):
        return None


def _fields(body: bytes) -> Mapping[str, str] | None:
    try:
        return dict(parse_qsl(body.decode(), strict_parsing=True, keep_blank_values=True))
    except ValueError:
        return None
