"""What every channel of alerts must do; a new one is one row of `CHANNELS`."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from drift.errors import ProviderUnavailableError
from drift.model.secret import Secret
from drift.ports import Notifier
from providers.slack.preview import SlackPreview, SlackPreviewSettings
from providers.slack.web_api import Slack, SlackSettings
from tests.providers.slack.builders import a_change, an_alert
from tests.providers.slack.fake_slack import CHANNEL, TOKEN, Failure, fake_slack
from tests.providers.slack.test_blocks import HOSTILE


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """A message as the people at the other end have it."""

    client_id: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A notifier with a view on what arrives, and on a day when it cannot deliver."""

    notifier: Notifier
    inbox: Callable[[], list[Delivered]]
    break_down: Callable[[], None]


@contextmanager
def slack(_folder: Path) -> Iterator[Channel]:
    """The Web API adapter against the stand-in."""
    with fake_slack() as server:
        yield Channel(
            notifier=Slack(SlackSettings(channel=CHANNEL, token=Secret(TOKEN), base_url=server.base_url)),
            inbox=lambda: [
                Delivered(client_id=message.client_id, text=str(message.content["blocks"]))
                for message in server.messages
            ],
            break_down=lambda: server.problems.append(Failure.SERVER_ERROR),
        )


@contextmanager
def slack_preview(folder: Path) -> Iterator[Channel]:
    """The preview in an empty folder."""
    messages = folder / "messages"

    def break_down() -> None:
        messages.mkdir(exist_ok=True)
        for file in messages.glob("*"):
            file.unlink()
        messages.rmdir()
        messages.write_text("not a folder")

    yield Channel(
        notifier=SlackPreview(SlackPreviewSettings(folder=str(messages)), out=io.StringIO()),
        inbox=lambda: [
            Delivered(client_id=file.stem, text=file.with_suffix(".txt").read_text())
            for file in sorted(messages.glob("*.json"))
        ],
        break_down=break_down,
    )


CHANNELS: dict[str, Callable[[Path], AbstractContextManager[Channel]]] = {
    "slack": slack,
    "slack-preview": slack_preview,
}


@pytest.fixture(params=CHANNELS)
def channel(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Channel]:
    """Each channel in turn, with nothing delivered yet."""
    for variable in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(variable, raising=False)
    with CHANNELS[request.param](tmp_path) as opened:
        yield opened


def test_a_check_says_what_it_saw_and_sends_nothing(channel: Channel) -> None:
    assert channel.notifier.check()
    assert channel.inbox() == []


def test_a_check_of_a_broken_channel_says_so(channel: Channel) -> None:
    channel.break_down()

    with pytest.raises(ProviderUnavailableError):
        channel.notifier.check()


def test_a_message_is_delivered_once_and_has_a_reference(channel: Channel) -> None:
    reference = channel.notifier.send(an_alert(headline="Port 22 is open"), replaces=None)

    (message,) = channel.inbox()
    assert reference
    assert "Port 22 is open" in message.text


def test_a_notice_says_all_its_paragraphs(channel: Channel) -> None:
    digest = an_alert(headline="Digest of the day", notice=("Judged: 2 changes.", "New drift: 1 finding."))

    channel.notifier.send(digest, replaces=None)

    (message,) = channel.inbox()
    for said in ("Digest of the day", "Judged: 2 changes.", "New drift: 1 finding."):
        assert said in message.text


def test_two_alerts_have_two_references(channel: Channel) -> None:
    references = {
        channel.notifier.send(an_alert(client_id=client_id), replaces=None) for client_id in ("a-1", "a-2")
    }

    assert len(references) == 2
    assert {message.client_id for message in channel.inbox()} == {"a-1", "a-2"}


def test_a_repeat_can_be_recognised_by_its_client_id(channel: Channel) -> None:
    channel.notifier.send(an_alert(client_id="a-1"), replaces=None)
    channel.notifier.send(an_alert(client_id="a-1"), replaces=None)

    assert {message.client_id for message in channel.inbox()} == {"a-1"}


def test_a_replacement_edits_the_message_and_keeps_its_reference(channel: Channel) -> None:
    first = channel.notifier.send(an_alert(headline="Port 22 is open"), replaces=None)

    second = channel.notifier.send(an_alert(headline="Port 22 is closed"), replaces=first)

    (message,) = channel.inbox()
    assert second == first
    assert "Port 22 is closed" in message.text
    assert "Port 22 is open" not in message.text


@pytest.mark.parametrize("reference", ["gone", "gone.json", "C0GONE:1.2", ":", "../x", "a:b:c"])
def test_what_replaces_nothing_is_delivered_anew(channel: Channel, reference: str) -> None:
    """
    The message may have been deleted, or sent through another channel of an older configuration.
    """
    new = channel.notifier.send(an_alert(headline="Port 22 is open"), replaces=reference)

    (message,) = channel.inbox()
    assert new != reference
    assert "Port 22 is open" in message.text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_arrives_with_nothing_unseen_in_it(channel: Channel, hostile: str) -> None:
    change = a_change(resource=hostile, actions=(hostile,), reasons=(hostile,), ticket=hostile)

    channel.notifier.send(an_alert(headline=hostile, actor=hostile, changes=(change,)), replaces=None)

    (message,) = channel.inbox()
    assert all(character.isprintable() or character == "\n" for character in message.text)


def test_a_channel_that_is_down_says_so_and_that_it_may_pass(channel: Channel) -> None:
    channel.notifier.send(an_alert(), replaces=None)
    channel.break_down()

    with pytest.raises(ProviderUnavailableError) as raised:
        channel.notifier.send(an_alert(client_id="a-2"), replaces=None)

    assert raised.value.hint
