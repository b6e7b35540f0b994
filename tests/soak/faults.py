"""A proxy before a service that answers wrongly, late or not at all, as services do on bad days."""

import http.client
import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HANG_SECONDS = 30


class Fault(StrEnum):
    """What becomes of a request instead of what should."""

    SERVER_ERROR = "server error"
    """Nothing was done."""
    LOST_ANSWER = "lost answer"
    """All was done, but the answer is that of a server error."""
    THROTTLED = "throttled"
    HANG = "hang"
    """No answer for thirty seconds, and then a server error."""
    EXPIRED = "expired"
    """Credentials are refused."""


SHARES = {Fault.SERVER_ERROR: 0.025, Fault.LOST_ANSWER: 0.025, Fault.THROTTLED: 0.02}
"""What share of the requests fails so all the time, while it is noisy: one in twenty with a server error."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a service says that fails."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Faults:
    """Decides what becomes of each request."""

    def __init__(self, upstream: str, answers: Mapping[Fault, Answer], seed: int) -> None:
        self.told: Counter[Fault] = Counter()
        """How many requests met which fault."""
        self.is_noisy = False
        """Some requests fail, in the shares above."""
        self.only: Fault | None = None
        """Every request meets this one."""
        self.is_over = threading.Event()
        self.upstream = urlsplit(upstream)
        self.answers = answers
        self._chance = random.Random(seed)
        self._lock = threading.Lock()

    def next(self) -> Fault | None:
        """Return the fault that the next request meets."""
        with self._lock:
            fault = self.only or (self._drawn() if self.is_noisy else None)
            if fault is not None:
                self.told[fault] += 1
            return fault

    def _drawn(self) -> Fault | None:
        drawn = self._chance.random()
        for fault, share in SHARES.items():
            if drawn < share:
                return fault
            drawn -= share
        return None


@contextmanager
def faulty(upstream: str, answers: Mapping[Fault, Answer], seed: int = 1) -> Iterator[tuple[str, Faults]]:
    """Serve what `upstream` does, with faults; yield the address, and what is told."""
    faults = Faults(upstream, answers, seed)
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


_OF_THE_CONNECTION = frozenset({"content-length", "transfer-encoding", "connection", "date", "server"})


def _handler_of(faults: Faults) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            """Answer until the caller or the service is gone."""
            try:
                super().handle()
            except (OSError, http.client.HTTPException):
                self.close_connection = True

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = faults.next()
            if fault is Fault.HANG:
                faults.is_over.wait(HANG_SECONDS)
            if fault in (None, Fault.LOST_ANSWER):
                answer = self._upstream(body)
            if fault is not None:
                answer = faults.answers[fault]
            self._answer(answer)

        def _upstream(self, body: bytes) -> Answer:
            connection = http.client.HTTPConnection(faults.upstream.netloc, timeout=60)
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            return Answer(status=answer.status, body=content, headers=dict(answer.headers.items()))

        def _answer(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in _OF_THE_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _pass_on  # noqa: N815 - what the library calls

    return Handler


def _of_aws(status: int, code: str) -> Answer:
    """Return an error as S3 words it; of SQS, which speaks JSON, the header tells the code."""
    body = f"<Error><Code>{code}</Code><Message>{code}, for a while</Message></Error>"
    headers = {"x-amzn-query-error": f"{code};Sender", "x-amzn-ErrorType": code}
    return Answer(status=status, body=body.encode(), headers=headers)


def _of_slack(status: int, error: str, **headers: str) -> Answer:
    body = b'{"ok": false, "error": "%s"}' % error.encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, body=body, headers={"Content-Type": "application/json"} | named)


OF_AWS = {
    Fault.SERVER_ERROR: _of_aws(500, "InternalError"),
    Fault.LOST_ANSWER: _of_aws(500, "InternalError"),
    Fault.THROTTLED: _of_aws(503, "SlowDown"),
    Fault.HANG: _of_aws(500, "InternalError"),
    Fault.EXPIRED: _of_aws(403, "ExpiredToken"),
}
OF_SLACK = {
    Fault.SERVER_ERROR: _of_slack(500, "internal_error"),
    Fault.LOST_ANSWER: _of_slack(500, "internal_error"),
    Fault.THROTTLED: _of_slack(429, "ratelimited", Retry_After="1"),
    Fault.HANG: _of_slack(500, "internal_error"),
    Fault.EXPIRED: _of_slack(200, "token_expired"),
}
