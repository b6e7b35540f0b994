"""A Slack of our own: speaks the Web API's wire protocol to the real SDK, on 127.0.0.1.

It refuses unknown methods, unknown fields, wrong tokens, unknown channels and messages beyond
Slack's limits, keeps what it accepted, and fails on demand. It also runs as a process of its own:

    python -m tests.providers.slack.fake_slack --port-file FILE --log FILE

appends every accepted message to the log, as one flushed line of JSON, until it is killed.
"""

import argparse
import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.providers.slack.slack_rules import MOST_METADATA, MOST_TOGETHER, broken_rules

TOKEN = "xoxb-1111-2222-not-a-real-token"
CHANNEL = "#infra-changes"
CHANNEL_ID = "C0INFRA0001"
FIRST_TS = 2_000_000_000
"""Slack names messages by its clock, which runs ahead of every clock of the tests."""

Json = dict[str, Any]

_SHARED_FIELDS = {"channel", "text", "blocks", "metadata", "parse", "link_names"}
_FIELDS = {
    "chat.postMessage": _SHARED_FIELDS | {"unfurl_links", "unfurl_media"},
    "chat.update": _SHARED_FIELDS | {"ts"},
    "auth.test": set(),
    "conversations.history": {"channel", "oldest", "include_all_metadata", "limit", "cursor"},
    "conversations.open": {"users"},
    "users.lookupByEmail": {"email"},
    "users.info": {"user"},
}

_NEEDED = {
    "conversations.open": "im:write",
    "users.lookupByEmail": "users:read.email",
    "users.info": "users:read",
}
"""Scopes. That of the history depends on what it is of."""


class Failure(StrEnum):
    """A way in which one call goes wrong."""

    RATE_LIMITED = "rate-limited"
    SERVER_ERROR = "server-error"
    HANG_UP = "hang-up"
    """The connection ends before the call was even looked at."""
    ACCEPT_THEN_DROP = "accept-then-drop"
    """The message is posted, but the sender never learns it."""
    STALL = "stall"
    """No answer comes until the stand-in is stopped."""


@dataclass(kw_only=True)
class KeptMessage:
    """A message as the channel shows it now."""

    ts: str
    content: Json
    edits: int = 0
    place: str = CHANNEL_ID
    """The channel, or the conversation with one person, in which it stands."""

    @property
    def client_id(self) -> str:
        """The id that the message's metadata carries."""
        return str(self.content["metadata"]["event_payload"]["client_id"])


@dataclass(kw_only=True)
class Scripted:
    """An answer to give instead of the right one."""

    status: int = 200
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class FakeSlack:
    """The server and the one channel that it knows."""

    def __init__(self, *, on_accepted: Callable[[Json], None] | None = None) -> None:
        self.messages: list[KeptMessage] = []
        self.private: list[KeptMessage] = []
        """What was written to one person."""
        self.addresses: dict[str, str] = {}
        """Mail addresses by the ids of the people."""
        self.gone: set[str] = set()
        """Who has left, and programs."""
        self.refusing: set[str] = set()
        """Who cannot be written to."""
        self.calls = 0
        self.problems: deque[Failure | Scripted] = deque()
        """What happens to the next calls, one each."""
        self.scopes = (
            "chat:write",
            "channels:history",
            "im:write",
            "im:history",
            "users:read",
            "users:read.email",
        )
        """What the token may do."""
        self.page = 200
        """Messages of one answer, at most: Slack gives fewer than were asked for as it likes."""
        self._on_accepted = on_accepted or (lambda _line: None)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self.port = self._server.server_address[1]
        self.base_url = f"http://127.0.0.1:{self.port}/api/"

    def serve(self) -> None:
        """Answer calls until stopped."""
        self._server.serve_forever(poll_interval=0.02)

    def stop(self) -> None:
        """Stop answering, and let go of whoever still waits."""
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def wait_until_stopped(self) -> None:
        """Hold a call for as long as the server runs."""
        self._stopped.wait(30)

    def hook(self, path: str, body: bytes) -> tuple[int, bytes] | None:
        """Answer a call at an address that was handed out, with status and body; `None`: it is of the API."""
        return None

    def next_problem(self) -> Failure | Scripted | None:
        """Return what shall happen to the call that has just arrived."""
        with self._lock:
            self.calls += 1
            return self.problems.popleft() if self.problems else None

    def answer(self, method: str, token: str | None, content: Json) -> Json:
        """Do what a call asks for, or say in Slack's words why not."""
        if method not in _FIELDS:
            return _refusal("unknown_method", req_method=method)
        if token is None:
            return _refusal("not_authed")
        if token != TOKEN:
            return _refusal("invalid_auth")
        if unknown := content.keys() - _FIELDS[method]:
            return _refusal("invalid_arg_name", response_metadata={"messages": sorted(unknown)})
        if (needed := _NEEDED.get(method)) and needed not in self.scopes:
            return _refusal("missing_scope", needed=needed, provided=",".join(self.scopes))
        if method in ("users.lookupByEmail", "users.info"):
            return self._person(content)
        if method == "conversations.open":
            if content.get("users") not in self.addresses:
                return _refusal("user_not_found")
            return {"ok": True, "channel": {"id": conversation_with(content["users"])}}
        if method == "auth.test":
            return {"ok": True, "user": "driftledger", "team": "Example", "bot_id": "B0DRIFT0001"}
        if method == "conversations.history":
            with self._lock:
                return self._history(content)
        if refusal := _refused_content(content):
            return refusal
        with self._lock:
            return self._update(content) if method == "chat.update" else self._post(content)

    def _person(self, content: Json) -> Json:
        """Answer as `users.info` and `users.lookupByEmail` do, which finds nobody who has left."""
        found = [
            id_ for id_, address in self.addresses.items() if content in ({"user": id_}, {"email": address})
        ]
        if not found or (found[0] in self.gone and "email" in content):
            return _refusal("users_not_found" if "email" in content else "user_not_found")
        user = {"id": found[0], "deleted": found[0] in self.gone, "is_bot": False}
        profile = {"email": self.addresses[found[0]]} if "users:read.email" in self.scopes else {}
        return {"ok": True, "user": {**user, "profile": profile}}

    def _post(self, content: Json) -> Json:
        channel = content.get("channel")
        ts = f"{FIRST_TS + len(self.messages) + len(self.private):.6f}"
        if channel in self.addresses and channel not in self.refusing | self.gone:
            message = KeptMessage(ts=ts, content=content, place=conversation_with(str(channel)))
            self.private.append(message)
        elif channel in (CHANNEL, CHANNEL_ID):
            message = KeptMessage(ts=ts, content=content)
            self.messages.append(message)
        else:
            return _refusal("channel_not_found")
        return self._accepted("chat.postMessage", message)

    def _update(self, content: Json) -> Json:
        # Unlike posting, editing takes no names, and no ids of people.
        place = content.get("channel")
        if place not in (CHANNEL_ID, *map(conversation_with, self.addresses)):
            return _refusal("channel_not_found")
        for message in (*self.messages, *self.private):
            if (message.place, message.ts) == (place, content.get("ts")):
                message.content = content
                message.edits += 1
                return self._accepted("chat.update", message)
        return _refusal("message_not_found")

    def _history(self, content: Json) -> Json:
        place = content.get("channel")
        if place not in (CHANNEL_ID, *map(conversation_with, self.addresses)):
            return _refusal("channel_not_found")  # unlike posting, reading takes no names
        needed = "channels:history" if place == CHANNEL_ID else "im:history"
        if needed not in self.scopes:
            return _refusal("missing_scope", needed=needed, provided=",".join(self.scopes))
        if content.get("include_all_metadata") not in ("1", "true", True):
            return _refusal("invalid_arguments")  # without it no metadata would come
        since = float(content["oldest"])
        kept = (*self.messages, *self.private)
        found = [one for one in reversed(kept) if one.place == place and float(one.ts) > since]
        start = int(content.get("cursor") or 0)
        end = start + min(int(content.get("limit") or 100), self.page)
        return {
            "ok": True,
            "messages": [
                {
                    "type": "message",
                    "ts": one.ts,
                    "text": one.content["text"],
                    "metadata": one.content["metadata"],
                }
                for one in found[start:end]
            ],
            "has_more": end < len(found),
            "response_metadata": {"next_cursor": str(end) if end < len(found) else ""},
        }

    def _accepted(self, method: str, message: KeptMessage) -> Json:
        self._on_accepted(
            {
                "method": method,
                "channel": message.place,
                "ts": message.ts,
                "client_id": message.client_id,
                **{name: message.content[name] for name in ("text", "blocks", "metadata")},
            }
        )
        return {"ok": True, "channel": message.place, "ts": message.ts, "message": message.content}


@contextmanager
def fake_slack(*, on_accepted: Callable[[Json], None] | None = None) -> Iterator[FakeSlack]:
    """A running stand-in, stopped at the end of the block."""
    slack = FakeSlack(on_accepted=on_accepted)
    thread = threading.Thread(target=slack.serve, name="fake-slack")
    thread.start()
    try:
        yield slack
    finally:
        slack.stop()
        thread.join()


def conversation_with(user: str) -> str:
    """Return the id of the conversation with one person."""
    return f"D{user[1:]}"


def _refusal(code: str, **details: Any) -> Json:
    return {"ok": False, "error": code, **details}


def _refused_content(content: Json) -> Json | None:
    if not content.get("text") and not content.get("blocks"):
        return _refusal("no_text")
    if complaints := broken_rules(content.get("blocks")):
        return _refusal("invalid_blocks", errors=complaints, response_metadata={"messages": complaints})
    if len(json.dumps(content["blocks"], ensure_ascii=False).encode()) > MOST_TOGETHER:
        return _refusal("msg_blocks_too_long")
    match content.get("metadata"):
        case {"event_type": str(), "event_payload": {"client_id": str(), "session_id": str()}} as metadata:
            return _refusal("metadata_too_large") if len(json.dumps(metadata)) > MOST_METADATA else None
        case _:
            return _refusal("invalid_metadata_format")


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True


def _handler_of(slack: FakeSlack) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            problem = slack.next_problem()
            if isinstance(problem, Scripted):
                return self._reply(problem.status, problem.body, problem.headers)
            match problem:
                case None if hooked := slack.hook(self.path, body):
                    return self._reply(*hooked)
                case None:
                    return self._reply(200, json.dumps(self._answer(body)).encode())
                case Failure.RATE_LIMITED:
                    limited = json.dumps(_refusal("ratelimited")).encode()
                    return self._reply(429, limited, {"Retry-After": "30"})
                case Failure.SERVER_ERROR:
                    return self._reply(500, b"<html>upstream trouble</html>")
                case Failure.STALL:
                    slack.wait_until_stopped()
                case Failure.ACCEPT_THEN_DROP:
                    self._answer(body)
                case Failure.HANG_UP:
                    pass
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return None

        def _answer(self, body: bytes) -> Json:
            if not self.path.startswith("/api/"):
                return _refusal("unknown_method")
            is_json = (self.headers.get("Content-Type") or "").startswith("application/json")
            try:
                content = json.loads(body or b"{}") if is_json else dict(parse_qsl(body.decode()))
            except ValueError:
                return _refusal("invalid_json")
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
            return slack.answer(self.path.removeprefix("/api/"), token, content)

        def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (
                {
                    "Content-Type": "application/json; charset=utf-8",
                    "X-OAuth-Scopes": ",".join(slack.scopes),
                }
                | (headers or {})
            ).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keep standard error for what matters."""

    return Handler


def main() -> None:
    """Run as a process: write the port, then log what is accepted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--log", type=Path, required=True)
    arguments = parser.parse_args()
    with arguments.log.open("a", encoding="utf-8") as log:

        def append(line: Json) -> None:
            log.write(json.dumps(line) + "\n")
            log.flush()

        slack = FakeSlack(on_accepted=append)
        unfinished = arguments.port_file.with_suffix(".part")
        unfinished.write_text(str(slack.port))
        unfinished.replace(arguments.port_file)  # whoever waits for the file finds it complete
        slack.serve()


if __name__ == "__main__":
    main()
