"""The webhook: CloudEvents that a receiver can verify by what the documentation says."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from providers.webhook.cloud_events import Webhook, WebhookSettings
from tests.providers.channels.fake_mail import certified
from tests.providers.channels.fake_receiver import NOW, SECRET, FakeReceiver, documented_verify
from tests.providers.channels.http_server import Reply, serving
from tests.providers.slack.builders import an_alert


@pytest.fixture
def server() -> FakeReceiver:
    """The receiver, which has seen nothing."""
    return FakeReceiver()


@pytest.fixture
def hook(server: FakeReceiver) -> Iterator[Webhook]:
    """The adapter against it."""
    with serving(server.answer) as url:
        yield Webhook(WebhookSettings(url=f"{url}/hook", secret=Secret(SECRET)), now=lambda: NOW)


def test_an_event_is_a_cloud_event_about_its_session(hook: Webhook, server: FakeReceiver) -> None:
    hook.send(an_alert(client_id="a-1"), replaces=None)

    [event] = server.events.values()
    data = event.pop("data")
    assert event == {
        "specversion": "1.0",
        "id": "a-1",
        "source": "/driftledger",
        "type": "io.driftledger.change-session.v1",
        "subject": "s-1c52d08b",
        "time": "2026-11-20T02:12:26+00:00",
        "datacontenttype": "application/json",
    }
    assert (data["severity"], data["state"], data["more_changes"]) == ("critical", "open", 0)
    [change] = data["changes"]
    assert change["difference"][0] == "ingress"


def test_a_repeat_is_kept_once_by_its_id(hook: Webhook, server: FakeReceiver) -> None:
    for _ in range(2):
        hook.send(an_alert(client_id="a-1"), replaces=None)

    assert len(server.requests) == 2
    assert len(server.events) == 1


@pytest.mark.parametrize("tampering", ["body", "id", "timestamp", "secret", "signature", "missing"])
def test_what_was_tampered_with_is_found_out(hook: Webhook, server: FakeReceiver, tampering: str) -> None:
    hook.send(an_alert(), replaces=None)
    [request] = server.requests
    headers, body, secret = dict(request.headers), request.body, SECRET
    match tampering:
        case "body":
            body += b" "
        case "id":
            headers["webhook-id"] = "another"
        case "timestamp":
            headers["webhook-timestamp"] = str(NOW + 1)
        case "secret":
            secret = "YW5vdGhlciBzZWNyZXQgb2YgZW5vdWdoIGJ5dGVz"
        case "signature":
            headers["webhook-signature"] = "v1,é"
        case "missing":
            del headers["webhook-signature"]

    assert documented_verify()(SECRET, request.headers, request.body, NOW)
    assert not documented_verify()(secret, headers, body, NOW)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_what_was_recorded_and_played_again_later_is_refused(
    hook: Webhook, server: FakeReceiver, seconds: int
) -> None:
    server.now = NOW + seconds

    with pytest.raises(ProviderAccessError, match="status 401"):
        hook.send(an_alert(), replaces=None)


def test_a_secret_may_be_written_as_the_standard_writes_it(server: FakeReceiver) -> None:
    with serving(server.answer) as url:
        settings = WebhookSettings(url=f"{url}/hook", secret=Secret(f"whsec_{SECRET}"))
        Webhook(settings, now=lambda: NOW).send(an_alert(), replaces=None)

    assert len(server.events) == 1


@pytest.mark.parametrize("secret", ["", "short", "c2hvcnQ=", "not base64 at all, but long enough to be"])
def test_a_secret_that_is_too_weak_is_refused_and_not_shown(secret: str) -> None:
    hook = Webhook(WebhookSettings(url="https://127.0.0.1:1/hook", secret=Secret(secret)))

    with pytest.raises(ProviderAccessError, match="no Base64 of at least 24 bytes") as refused:
        hook.check()

    assert not secret or secret not in str(refused.value)


def test_a_check_sends_no_event(hook: Webhook, server: FakeReceiver) -> None:
    hook.check()

    assert [request.method for request in server.requests] == ["OPTIONS"]


@pytest.mark.parametrize("status", [400, 405])
def test_a_receiver_that_knows_only_post_passes_the_check(
    hook: Webhook, server: FakeReceiver, status: int
) -> None:
    server.problems.append(Reply(status=status))

    assert str(status) in hook.check()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(status=400, body=b"what?"), ProviderResponseError),
        (Reply(status=413), ProviderResponseError),
        (Reply(status=415), ProviderResponseError),
        (Reply(status=401), ProviderAccessError),
        (Reply(status=403), ProviderAccessError),
        (Reply(status=404), ProviderAccessError),
        (Reply(status=410), ProviderAccessError),
        (Reply(status=307, headers={"Location": "https://elsewhere.example"}), ProviderAccessError),
        (Reply(status=408), ProviderUnavailableError),
        (Reply(status=429), ProviderUnavailableError),
        (Reply(status=502, body=b"<html>"), ProviderUnavailableError),
        (Reply(status=None), ProviderUnavailableError),
    ],
)
def test_a_refusal_says_whether_it_may_pass(
    hook: Webhook, server: FakeReceiver, reply: Reply, error: type[Exception]
) -> None:
    server.problems.append(reply)

    with pytest.raises(error):
        hook.send(an_alert(), replaces=None)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "90"}, timedelta(seconds=90)),
        ({"Retry-After": "Fri, 20 Nov 2026 10:02:00 GMT"}, timedelta(minutes=2)),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "99999999999999"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_a_receiver_asks_for_is_kept(
    hook: Webhook, server: FakeReceiver, headers: dict[str, str], wait: timedelta | None
) -> None:
    server.problems.append(Reply(status=429, headers=headers))

    with pytest.raises(ProviderUnavailableError) as raised:
        hook.send(an_alert(), replaces=None)

    found = raised.value.retry_after
    assert found == wait or (wait == timedelta(minutes=2) and found is not None)


def test_over_https_the_receivers_certificate_is_checked(server: FakeReceiver, tmp_path: Path) -> None:
    context, authority = certified(tmp_path)

    with serving(server.answer, context=context) as url:
        trusting = WebhookSettings(url=f"{url}/hook", secret=Secret(SECRET), ca_file=authority)
        Webhook(trusting, now=lambda: NOW).send(an_alert(), replaces=None)
        with pytest.raises(ProviderUnavailableError, match="certificate"):
            Webhook(WebhookSettings(url=f"{url}/hook", secret=Secret(SECRET))).send(an_alert(), replaces=None)

    assert len(server.events) == 1


@pytest.mark.parametrize("url", ["http://hooks.example.com/x", "ftp://x/y", "https://u:p@x/y", "hooks"])
def test_events_go_over_no_line_that_others_can_read(url: str) -> None:
    with pytest.raises(ValueError, match="must begin with https"):
        WebhookSettings(url=url, secret=Secret(SECRET))


def test_the_query_of_the_address_is_not_shown(server: FakeReceiver) -> None:
    """
    Many services put a token there.
    """
    with serving(server.answer) as url:
        hook = Webhook(WebhookSettings(url=f"{url}/gone?token=hunter2", secret=Secret(SECRET)))
        with pytest.raises(ProviderAccessError) as refused:
            hook.send(an_alert(), replaces=None)

    assert "hunter2" not in str(refused.value)


def test_the_body_is_json_in_utf_8(hook: Webhook, server: FakeReceiver) -> None:
    hook.send(an_alert(headline="Ünïcode 🔥"), replaces=None)

    [request] = server.requests
    assert json.loads(request.body.decode())["data"]["headline"] == "Ünïcode 🔥"
    assert request.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
