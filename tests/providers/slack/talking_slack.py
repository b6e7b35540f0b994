"""A Slack in which people press buttons and fill in forms, over a WebSocket or by calling us over HTTP.

Its Web API refuses what Slack's would: windows that break Slack's rules, trigger ids that were used or
never given, windows that are not open. Every payload has the shape of Slack's documents.
"""

import hashlib
import hmac
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.providers.slack.fake_slack import TOKEN, FakeSlack, Json, KeptMessage
from tests.providers.slack.slack_rules import MOST_TOGETHER, broken_rules
from tests.providers.slack.view_rules import broken_view_rules

APP_TOKEN = "xapp-1-A0-not-a-real-token"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"

MOST_ANSWERS = 5
"""How often the address of a command takes an answer, within half an hour."""

PATIENCE = 20.0
"""Seconds that a test waits for what must come; nothing is asserted about how soon it does."""


@dataclass(kw_only=True)
class Window:
    """A modal window on somebody's screen."""

    id: str
    view: Json
    user: str
    updates: int = 0

    @property
    def hash(self) -> str:
        """Changes with each update, as Slack's does."""
        return f"{self.id}.{self.updates}"

    @property
    def text(self) -> str:
        """All that is to be read in it."""
        return json.dumps(self.view, ensure_ascii=False)


@dataclass
class TalkingSlack(FakeSlack):
    """The workspace, its people and their windows."""

    addresses: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        addresses = self.addresses
        super().__init__()
        self.addresses = addresses
        self.windows: dict[str, Window] = {}
        self.thread: list[Json] = []
        self.acknowledged: dict[str, Json] = {}
        self.unknown_types: list[str] = []
        self.answers: list[tuple[str, Json]] = []
        """What was answered to commands, with the user who asked."""
        self._triggers: dict[str, str] = {}
        self._askers: dict[str, str] = {}
        self._answered: Counter[str] = Counter()
        self._numbers = iter(range(1, 10_000))
        self._changed = threading.Condition()
        self._sockets: list[ServerConnection] = []
        self._server_of_sockets = serve(self._connected, "127.0.0.1", 0)
        self.socket_port = self._server_of_sockets.socket.getsockname()[1]

    def serve_sockets(self) -> None:
        """Accept WebSockets until stopped."""
        self._server_of_sockets.serve_forever()

    def ping(self) -> None:
        """Send something that says nothing over each WebSocket."""
        for one in list(self._sockets):
            with suppress(ConnectionClosed):
                one.ping()

    def stop(self) -> None:
        """Let go of everybody."""
        for one in list(self._sockets):
            one.close()
        self._server_of_sockets.shutdown()
        super().stop()

    def answer(self, method: str, token: str | None, content: Json) -> Json:
        """Do what a call asks for, or say in Slack's words why not."""
        match method:
            case "apps.connections.open":
                if content.pop("token", token) != APP_TOKEN or content:
                    return {"ok": False, "error": "invalid_auth"}
                return {"ok": True, "url": f"ws://127.0.0.1:{self.socket_port}/link"}
            case "views.open" | "views.update" if token != TOKEN:
                return {"ok": False, "error": "invalid_auth"}
            case "views.open":
                return self._open(content)
            case "views.update":
                return self._update_view(content)
            case "chat.postMessage" if "thread_ts" in content:
                return self._post_in_thread(content)
            case _:
                return super().answer(method, token, content)

    def wait_for(self, what: Any) -> None:
        """Wait until something holds."""
        with self._changed:
            assert self._changed.wait_for(what, PATIENCE), "it did not come"

    def press(self, message: KeptMessage, text: str, user: str) -> str:
        """Press a button, or choose in the menu; return the id of the envelope."""
        return self.tell("interactive", self.pressing(message, text, user))

    def pressing(self, message: KeptMessage, text: str, user: str) -> Json:
        """Return what Slack tells when a button is pressed."""
        element, chosen = _element(message, text)
        action = {"type": element["type"], "action_id": element["action_id"], "block_id": "driftledger_wish"}
        action |= {"selected_option": chosen} if chosen else {"value": element["value"]}
        trigger = f"111.222.{next(self._numbers)}"
        self._triggers[trigger] = user
        return {
            "type": "block_actions",
            "user": {"id": user, "username": "somebody", "team_id": "T111"},
            "api_app_id": "A111",
            "token": "verification",
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": message.place,
                "is_ephemeral": False,
            },
            "trigger_id": trigger,
            "team": {"id": "T111", "domain": "example"},
            "channel": {"id": message.place, "name": "infra-changes"},
            "message": {"type": "message", "ts": message.ts, "blocks": message.content["blocks"]},
            "state": {"values": {}},
            "actions": [action | {"action_ts": "1596530385.194939"}],
        }

    def send_form(self, window: Window, user: str, **values: str) -> str:
        """Fill in a form and send it; return the id of the envelope."""
        return self.tell("interactive", self.sending(window, user, **values))

    def sending(self, window: Window, user: str, **values: str) -> Json:
        """Return what Slack tells when a form is sent."""
        filled = {
            block["block_id"]: {"value": _state(block["element"], values.get(block["block_id"]))}
            for block in window.view["blocks"]
            if block["type"] == "input"
        }
        assert set(values) <= set(filled), "there is no such field"
        kept = {key: window.view[key] for key in ("private_metadata", "callback_id", "blocks", "title")}
        return {
            "type": "view_submission",
            "user": {"id": user, "username": "somebody", "team_id": "T111"},
            "api_app_id": "A111",
            "token": "verification",
            "trigger_id": f"111.222.{next(self._numbers)}",
            "team": {"id": "T111", "domain": "example"},
            "view": {
                **kept,
                "id": window.id,
                "hash": window.hash,
                "type": "modal",
                "state": {"values": filled},
            },
            "response_urls": [],
        }

    def commanding(self, text: str, user: str) -> Json:
        """Return what Slack tells when somebody writes `/drift text`."""
        number = next(self._numbers)
        path = f"/commands/T111/{number}/a-secret"
        self._askers[path] = user
        return {
            "token": "verification",
            "team_id": "T111",
            "team_domain": "example",
            "channel_id": "D0DIRECT",
            "channel_name": "directmessage",
            "user_id": user,
            "user_name": "somebody",
            "command": "/drift",
            "text": text,
            "api_app_id": "A111",
            "is_enterprise_install": "false",
            "response_url": f"http://127.0.0.1:{self.port}{path}",
            "trigger_id": f"111.222.{number}",
        }

    def hook(self, path: str, body: bytes) -> tuple[int, bytes] | None:
        """Take the answer to a command, as `response_url` does, or say why not."""
        if path.startswith("/api/"):
            return None
        if path not in self._askers:
            return 404, b"no_service"
        content, complaint = _answer_to_command(body)
        if complaint:
            return 400, complaint
        if self._answered[path] == MOST_ANSWERS:
            return 404, b'{"ok":false,"error":"used_url"}'
        with self._changed:
            self._answered[path] += 1
            self.answers.append((self._askers[path], content))
            self._changed.notify_all()
        return 200, b"ok"

    def tell(self, type_: str, payload: Json, *, envelope: str | None = None) -> str:
        """Send something over the WebSocket; wait until it is acknowledged."""
        id_ = envelope or f"envelope-{next(self._numbers)}"
        self.wait_for(lambda: self._sockets)
        said = {"envelope_id": id_, "type": type_, "payload": payload, "accepts_response_payload": True}
        self._sockets[-1].send(json.dumps(said))
        self.wait_for(lambda: id_ in self.acknowledged)
        self._acknowledge(payload, self.acknowledged[id_])
        return id_

    def call(self, port: int, payload: Json, *, secret: str = SIGNING_SECRET, age: int = 0) -> int:
        """Call whoever listens over HTTP, signed as Slack signs; return the status."""
        # A command comes as fields of a form, all else as one field that holds JSON.
        is_command = "command" in payload
        body = urlencode(payload if is_command else {"payload": json.dumps(payload)}).encode()
        path = "/slack/command" if is_command else "/slack/interactive"
        return self.call_with(port, path, body, secret=secret, age=age, payload=payload)

    def call_with(
        self,
        port: int,
        path: str,
        body: bytes,
        *,
        secret: str = SIGNING_SECRET,
        age: int = 0,
        payload: Json | None = None,
    ) -> int:
        """Call with this body, signed as Slack signs; return the status."""
        at = str(int(time.time()) - age)
        signature = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": f"v0={signature}",
        }
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        if answer.status == http.client.OK:
            self._acknowledge(payload or {}, {"payload": json.loads(said)} if said else {})
        return answer.status

    def drop_sockets(self) -> None:
        """Break every connection off, as Slack does now and then."""
        with self._changed:
            sockets, self._sockets = self._sockets, []
        for one in sockets:
            one.close()

    def _acknowledge(self, payload: Json, answered: Json) -> None:
        content = answered.get("payload")
        if payload.get("type") == "view_submission" and content:
            assert content["response_action"] == "update"
            assert broken_view_rules(content["view"]) == []
        if "command" in payload:
            assert not content, "everybody in the channel would see it at once"

    def _connected(self, socket: ServerConnection) -> None:
        socket.send(
            json.dumps({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A111"}})
        )
        with self._changed:
            self._sockets.append(socket)
            self._changed.notify_all()
        try:
            for told in socket:
                answered = json.loads(told)
                with self._changed:
                    self.acknowledged[answered["envelope_id"]] = answered
                    self._changed.notify_all()
        except ConnectionClosed:
            pass

    def _open(self, content: Json) -> Json:
        if set(content) != {"trigger_id", "view"}:
            return {"ok": False, "error": "invalid_arg_name"}
        user = self._triggers.pop(content["trigger_id"], None)
        if user is None:
            return {"ok": False, "error": "expired_trigger_id"}
        if complaints := broken_view_rules(content["view"]):
            return {"ok": False, "error": "invalid_arguments", "response_metadata": {"messages": complaints}}
        window = Window(id=f"V{next(self._numbers)}", view=content["view"], user=user)
        self._shown(window)
        return {"ok": True, "view": {**window.view, "id": window.id, "hash": window.hash}}

    def _update_view(self, content: Json) -> Json:
        if set(content) != {"view_id", "view"}:
            return {"ok": False, "error": "invalid_arg_name"}
        window = self.windows.get(content["view_id"])
        if window is None:
            return {"ok": False, "error": "not_found"}
        if complaints := broken_view_rules(content["view"]):
            return {"ok": False, "error": "invalid_arguments", "response_metadata": {"messages": complaints}}
        window.view, window.updates = content["view"], window.updates + 1
        self._shown(window)
        return {"ok": True, "view": {**window.view, "id": window.id, "hash": window.hash}}

    def _shown(self, window: Window) -> None:
        with self._changed:
            self.windows[window.id] = window
            self._changed.notify_all()

    def _post_in_thread(self, content: Json) -> Json:
        threads = {(one.place, one.ts): one.place for one in (*self.messages, *self.private)}
        place = threads.get((content["channel"], content["thread_ts"]))
        if place is None:
            return {"ok": False, "error": "thread_not_found"}
        with self._changed:
            self.thread.append(content)
            self._changed.notify_all()
        return {"ok": True, "channel": place, "ts": f"9.{len(self.thread)}"}


@contextmanager
def talking_slack(**addresses: str) -> Iterator[TalkingSlack]:
    """A running workspace, stopped at the end of the block."""
    slack = TalkingSlack(addresses=addresses)
    threads = [threading.Thread(target=one) for one in (slack.serve, slack.serve_sockets)]
    for one in threads:
        one.start()
    try:
        yield slack
    finally:
        slack.stop()
        for one in threads:
            one.join()


def _element(message: KeptMessage, text: str) -> tuple[Json, Json | None]:
    """Return the button of this text, or the menu and its option."""
    elements = [one for block in message.content["blocks"] for one in block.get("elements", ())]
    for element in elements:
        if element.get("type") == "button" and element["text"]["text"] == text:
            return element, None
        for option in element.get("options", ()):
            if option["text"]["text"] == text:
                return element, option
    raise AssertionError(f"there is no button {text}")


def _answer_to_command(body: bytes) -> tuple[Json, bytes | None]:
    """Return the message, and what Slack has against it, if anything."""
    try:
        content = json.loads(body)
    except ValueError:
        return {}, b"invalid_payload"
    if set(content) - {"text", "blocks", "response_type", "replace_original", "delete_original"}:
        return {}, b"invalid_payload"
    if content.get("response_type") not in ("ephemeral", "in_channel"):
        return {}, b"invalid_payload"
    if not content.get("text"):
        return {}, b"no_text"
    size = len(json.dumps(content.get("blocks"), ensure_ascii=False).encode())
    if broken_rules(content.get("blocks")) or size > MOST_TOGETHER:
        return {}, b"invalid_blocks"
    return content, None


def _state(element: Json, given: str | None) -> Json:
    if element["type"] == "static_select":
        chosen = next((one for one in element["options"] if one["value"] == given), None)
        return {"type": "static_select", "selected_option": chosen or element.get("initial_option")}
    return {"type": "plain_text_input", "value": given or element.get("initial_value")}
