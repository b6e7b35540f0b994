"""A PagerDuty of our own: takes events as the Events API v2 documents them, and no others.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
"""

import json
from collections import deque
from typing import Any

from tests.providers.channels.http_server import Reply, Request

KEY = "0123456789abcdef0123456789abcdef"

_FIELDS = {"routing_key", "event_action", "dedup_key", "payload", "client", "client_url", "links", "images"}
_PAYLOAD = {"summary", "source", "severity", "timestamp", "component", "group", "class", "custom_details"}


class FakePagerDuty:
    """Keeps every event by its dedup key, and what stands of the alert."""

    def __init__(self) -> None:
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.status: dict[str, str] = {}
        self.client_urls: dict[str, str | None] = {}
        """Where the name of the client leads, of the last trigger."""
        self.problems: deque[Reply] = deque()

    def answer(self, request: Request) -> Reply:
        """Do what an event asks for, or say why not."""
        if self.problems:
            return self.problems.popleft()
        if (request.method, request.path) != ("POST", "/v2/enqueue"):
            return Reply(status=404)
        if request.headers.get("content-type") != "application/json":
            return _invalid("Content-Type must be application/json")
        event = json.loads(request.body)
        if errors := list(_errors(event)):
            return _invalid(*errors)
        self._keep(event)
        body = {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}
        return Reply(status=202, body=json.dumps(body).encode())

    def _keep(self, event: dict[str, Any]) -> None:
        key, action = event["dedup_key"], event["event_action"]
        if action == "trigger":
            self.events.setdefault(key, []).append(event["payload"])
            self.status[key] = "triggered"
            self.client_urls[key] = event.get("client_url")
        elif key in self.status and self.status[key] != "resolved":  # else it has no effect
            self.status[key] = f"{action}d"


def _errors(event: dict[str, Any]) -> Any:
    if unknown := event.keys() - _FIELDS:
        yield f"unknown fields: {sorted(unknown)}"
    if len(event.get("routing_key", "")) != 32:
        yield "Length of 'routing_key' is incorrect (should be 32 characters)"
    elif event["routing_key"] != KEY:
        yield "Invalid routing key"
    if event.get("event_action") not in ("trigger", "acknowledge", "resolve"):
        yield "'event_action' is missing or unknown"
    if not 0 < len(event.get("dedup_key", "")) <= 255:
        yield "'dedup_key' is missing or too long"
    if event.get("event_action") == "trigger":
        yield from _payload_errors(event.get("payload", {}))


def _payload_errors(payload: dict[str, Any]) -> Any:
    if unknown := payload.keys() - _PAYLOAD:
        yield f"unknown fields of 'payload': {sorted(unknown)}"
    if not 0 < len(payload.get("summary", "")) <= 1024:
        yield "'payload.summary' is missing or too long"
    if not payload.get("source"):
        yield "'payload.source' is missing or blank"
    if payload.get("severity") not in ("critical", "error", "warning", "info"):
        yield "'payload.severity' is invalid"


def _invalid(*errors: str) -> Reply:
    body = {"status": "invalid event", "message": "Event object is invalid", "errors": errors}
    return Reply(status=400, body=json.dumps(body).encode())
