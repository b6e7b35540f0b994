"""A receiver of webhooks: verifies each as docs/channels.md says, and takes CloudEvents and nothing else."""

import base64
import json
import re
from collections import deque
from collections.abc import Collection
from pathlib import Path
from typing import Any

from tests.providers.channels.http_server import Reply, Request

SECRET = base64.b64encode(b"a secret of thirty-two bytes....").decode()
NOW = 1_763_633_472

_ATTRIBUTES = {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"}

DOCUMENTED = re.search(
    r"```python\n(.*?)```", (Path(__file__).parents[3] / "docs" / "channels.md").read_text(), re.DOTALL
)


def documented_verify() -> Any:
    """Return the function that the documentation tells receivers to use."""
    assert DOCUMENTED
    found: dict[str, Any] = {}
    exec(DOCUMENTED[1], found)  # noqa: S102 - it is ours
    return found["verify"]


class FakeReceiver:
    """Keeps the events that it takes, each once."""

    def __init__(self, *, attributes: Collection[str] = ()) -> None:
        self._attributes = {*_ATTRIBUTES, *attributes}
        self.events: dict[str, dict[str, Any]] = {}
        self.requests: list[Request] = []
        self.problems: deque[Reply] = deque()
        self.now = NOW
        self._verify = documented_verify()

    def answer(self, request: Request) -> Reply:
        """Take an event, or say why not."""
        self.requests.append(request)
        if self.problems:
            return self.problems.popleft()
        if request.path != "/hook":
            return Reply(status=404)
        if request.method == "OPTIONS":
            return Reply(status=200, headers={"Allow": "POST"})
        if request.method != "POST":
            return Reply(status=405)
        if not request.headers.get("content-type", "").startswith("application/cloudevents+json"):
            return Reply(status=415)
        if not self._verify(SECRET, request.headers, request.body, self.now):
            return Reply(status=401)
        event = json.loads(request.body)
        missing = {"specversion", "id", "source", "type"} - event.keys()
        if missing or event.keys() - self._attributes or event["specversion"] != "1.0":
            return Reply(status=400, body=b"no CloudEvent")
        self.events.setdefault(event["id"], event)
        return Reply(status=204)
