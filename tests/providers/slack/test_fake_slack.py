"""A stand-in that accepts anything would prove nothing, so it is tested too."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drift.errors import ProviderUnavailableError
from drift.model.secret import Secret
from providers.slack.web_api import Slack, SlackSettings
from tests.providers.slack.builders import an_alert
from tests.providers.slack.fake_slack import CHANNEL, CHANNEL_ID, TOKEN, Failure, FakeSlack


def a_rich_text(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}


CONTENT: dict[str, Any] = {
    "channel": CHANNEL,
    "text": "hello",
    "blocks": [a_rich_text({"type": "text", "text": "hello"})],
    "metadata": {
        "event_type": "driftledger_alert",
        "event_payload": {"client_id": "a-1", "session_id": "s-1"},
    },
}


def call(
    slack: FakeSlack, content: Any = CONTENT, *, method: str = "chat.postMessage", token: str | None = TOKEN
) -> dict[str, Any]:
    """Send one raw request, without the SDK."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    request = urllib.request.Request(slack.base_url + method, data=body, headers=headers)  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=5) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def a_header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def a_button() -> dict[str, Any]:
    label = {"type": "plain_text", "text": "Approve"}
    return {"type": "button", "text": label, "action_id": "approve_change", "value": "s-1"}


def test_a_good_message_is_kept(slack: FakeSlack) -> None:
    assert call(slack)["ok"] is True
    assert [message.client_id for message in slack.messages] == ["a-1"]


def test_what_is_not_the_web_api_is_refused(slack: FakeSlack) -> None:
    assert call(slack, method="chat.delete")["error"] == "unknown_method"
    assert call(slack, token=None)["error"] == "not_authed"
    assert call(slack, token="xoxb-other")["error"] == "invalid_auth"
    assert call(slack, b"{")["error"] == "invalid_json"
    assert call(slack, CONTENT | {"client_msg_id": "a-1"})["error"] == "invalid_arg_name"
    assert call(slack, CONTENT | {"channel": "#other"})["error"] == "channel_not_found"
    assert call(slack, CONTENT | {"metadata": {"event_type": "x"}})["error"] == "invalid_metadata_format"
    edit = CONTENT | {"channel": CHANNEL_ID, "ts": "1.2"}
    assert call(slack, edit, method="chat.update")["error"] == "message_not_found"
    assert call(slack, edit | {"channel": CHANNEL}, method="chat.update")["error"] == "channel_not_found"
    assert slack.messages == []


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        "text",
        [a_header("x" * 151)],
        [a_header("")],
        [a_header("x") | {"colour": "red"}],
        [{"type": "divider"}] * 51,
        [{"type": "section", "text": {"type": "mrkdwn", "text": "<!channel>"}}],
        [a_rich_text({"type": "text", "text": ""})],
        [a_rich_text({"type": "broadcast", "range": "channel"})],
        [a_rich_text({"type": "user", "user_id": "<!here>"})],
        [a_rich_text({"type": "link", "url": "x:y", "text": "z"})],
        [{"type": "actions", "elements": [a_button()]}],  # nothing answers a press
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "*x*"}]}],
    ],
)
def test_blocks_beyond_the_documents_are_refused(slack: FakeSlack, blocks: Any) -> None:
    answer = call(slack, CONTENT | {"blocks": blocks})

    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"]


def test_too_much_text_together_is_refused(slack: FakeSlack) -> None:
    long = a_rich_text({"type": "text", "text": "x" * 2_900})

    assert call(slack, CONTENT | {"blocks": [long] * 5})["error"] == "msg_blocks_too_long"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The stand-in as a process of its own: its address and its log."""
    port_file, log = tmp_path / "port", tmp_path / "accepted.ndjson"
    command = [
        sys.executable,
        "-m",
        "tests.providers.slack.fake_slack",
        "--port-file",
        port_file,
        "--log",
        log,
    ]
    running = subprocess.Popen(list(map(str, command)), cwd=Path(__file__).parents[3])
    try:
        deadline = time.monotonic() + 20
        while not port_file.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port_file.read_text()}/api/", log
    finally:
        running.kill()
        running.wait()


def test_as_a_process_it_logs_what_it_accepts_until_it_is_killed(
    process: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(variable, raising=False)
    base_url, log = process
    notifier = Slack(SlackSettings(channel=CHANNEL, token=Secret(TOKEN), base_url=base_url))

    posted = notifier.send(an_alert(client_id="a-1"), replaces=None)
    notifier.send(an_alert(client_id="a-1", headline="Closed again"), replaces=posted)

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["method"], line["client_id"]) for line in lines] == [
        ("chat.postMessage", "a-1"),
        ("chat.update", "a-1"),
    ]
    assert posted == f"{lines[0]['channel']}:{lines[0]['ts']}"


def test_a_dropped_answer_belongs_to_an_accepted_message(slack: FakeSlack, settings: SlackSettings) -> None:
    slack.problems.append(Failure.ACCEPT_THEN_DROP)

    with pytest.raises(ProviderUnavailableError):
        Slack(settings).send(an_alert(), replaces=None)

    assert len(slack.messages) == 1
