"""What every channel that is reached over HTTP must make of refusals, outages and silence."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from drift.ports import Notifier
from providers import posting
from providers.pagerduty.events import PagerDuty, PagerDutySettings
from providers.slack.web_api import Slack, SlackSettings
from providers.webhook.cloud_events import Webhook, WebhookSettings
from tests.providers.channels.fake_pagerduty import KEY
from tests.providers.channels.fake_receiver import SECRET
from tests.providers.channels.http_server import Reply, Request, serving
from tests.providers.slack.builders import an_alert
from tests.providers.slack.fake_slack import CHANNEL_ID, TOKEN

QUICK = timedelta(seconds=1)
"""The shortest time-out that Slack's SDK knows."""


@dataclass(kw_only=True)
class Faulty:
    """A notifier, and what it is answered, whatever it asks."""

    notifier: Notifier
    reply: Callable[[Request], Reply]


def _slack(url: str) -> Notifier:
    settings = SlackSettings(channel=CHANNEL_ID, token=Secret(TOKEN), base_url=f"{url}/api/")
    return Slack(settings, timeout=QUICK)


def _pagerduty(url: str) -> Notifier:
    return PagerDuty(PagerDutySettings(routing_key=Secret(KEY), base_url=url))


def _webhook(url: str) -> Notifier:
    return Webhook(WebhookSettings(url=f"{url}/hook", secret=Secret(SECRET)))


OVER_HTTP = {"slack": _slack, "pagerduty": _pagerduty, "webhook": _webhook}


@contextmanager
def faulty(make: Callable[[str], Notifier]) -> Iterator[Faulty]:
    channel: list[Faulty] = []
    with serving(lambda request: channel[0].reply(request)) as url:
        channel.append(Faulty(notifier=make(url), reply=lambda _: Reply(status=500)))
        yield channel[0]


@pytest.fixture(params=OVER_HTTP)
def channel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faulty]:
    """Each channel in turn."""
    for variable in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(posting, "ANSWER_WITHIN", QUICK.total_seconds())
    opened: AbstractContextManager[Faulty] = faulty(OVER_HTTP[request.param])
    with opened as found:
        yield found


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refused_access_is_for_a_person_to_mend(channel: Faulty, status: int) -> None:
    channel.reply = lambda _: Reply(status=status, body=b"<html>no</html>")

    with pytest.raises(ProviderAccessError) as refused:
        channel.notifier.send(an_alert(), replaces=None)

    assert str(status) in refused.value.what
    assert refused.value.hint


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_an_outage_may_pass(channel: Faulty, status: int) -> None:
    channel.reply = lambda _: Reply(status=status, body=b"<html>later</html>")

    with pytest.raises(ProviderUnavailableError):
        channel.notifier.send(an_alert(), replaces=None)


def test_the_wait_that_a_channel_asks_for_is_told(channel: Faulty) -> None:
    channel.reply = lambda _: Reply(status=429, headers={"Retry-After": "90"})

    with pytest.raises(ProviderUnavailableError) as busy:
        channel.notifier.send(an_alert(), replaces=None)

    assert busy.value.retry_after == timedelta(seconds=90)


def test_a_connection_that_ends_without_an_answer_may_be_tried_again(channel: Faulty) -> None:
    channel.reply = lambda _: Reply(status=None)

    with pytest.raises(ProviderUnavailableError):
        channel.notifier.send(an_alert(), replaces=None)


def test_silence_is_not_waited_for_without_end(channel: Faulty) -> None:
    over = threading.Event()

    def silent(_: Request) -> Reply:
        over.wait(30)
        return Reply(status=None)

    channel.reply = silent
    try:
        with pytest.raises(ProviderUnavailableError):
            channel.notifier.send(an_alert(), replaces=None)
    finally:
        over.set()


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff\xfe", b'{"ok": "no"}', b"x" * 1_000_000])
def test_an_answer_that_is_nobodys_is_an_error_of_the_program(channel: Faulty, body: bytes) -> None:
    """
    A gateway's error page, for example, with a status of success that the service never gives.
    """
    channel.reply = lambda _: Reply(status=302 if body else 400, body=body)

    with pytest.raises((ProviderAccessError, ProviderResponseError, ProviderUnavailableError)) as raised:
        channel.notifier.send(an_alert(), replaces=None)

    assert len(raised.value.what) < 600


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 500])
def test_no_error_quotes_a_secret(channel: Faulty, status: int) -> None:
    secrets = f"{TOKEN} {KEY} {SECRET}".encode()
    channel.reply = lambda _: Reply(status=status, body=secrets)

    for attempt in (channel.notifier.check, lambda: channel.notifier.send(an_alert(), replaces=None)):
        with pytest.raises((ProviderAccessError, ProviderUnavailableError)) as raised:
            attempt()
        assert not [secret for secret in (TOKEN, KEY, SECRET) if secret in str(raised.value)]
