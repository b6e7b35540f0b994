"""A Slack to send to."""

from collections.abc import Iterator

import pytest

from drift.model.secret import Secret
from providers.slack.web_api import SlackSettings
from tests.providers.slack.fake_slack import CHANNEL, TOKEN, FakeSlack, fake_slack


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A running stand-in of Slack's Web API, reached directly."""
    for variable in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(variable, raising=False)
    with fake_slack() as running:
        yield running


@pytest.fixture
def settings(slack: FakeSlack) -> SlackSettings:
    """Settings that reach it."""
    return SlackSettings(channel=CHANNEL, token=Secret(TOKEN), base_url=slack.base_url)


@pytest.fixture(autouse=True)
def looks_up_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks up once a second whether it is over: a test would mostly wait for that."""
    monkeypatch.setattr("providers.slack.socket_mode.LOOKED_AFTER", 0.05)
