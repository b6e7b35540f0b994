"""What every channel of alerts must do; they are the rows of `CHANNELS`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drift.errors import ProviderUnavailableError
from drift.model.alert import AlertState
from drift.model.finding import AttributeDrift
from drift.ports import Choosing, Searching
from tests.contracts.notifiers import CHANNELS, Channel
from tests.providers.slack.builders import a_change, an_alert
from tests.providers.slack.test_blocks import HOSTILE

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


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
    if isinstance(channel.notifier, Choosing) and not channel.notifier.takes(digest):
        return  # nothing is sent to it that it does not take

    channel.notifier.send(digest, replaces=None)

    (message,) = channel.inbox()
    for said in ("Digest of the day", "Judged: 2 changes.", "New drift: 1 finding."):
        assert said in message.text


def test_two_alerts_have_two_references(channel: Channel) -> None:
    references = {
        channel.notifier.send(an_alert(client_id=f"a-{one}", session_id=f"s-{one}"), replaces=None)
        for one in (1, 2)
    }

    assert len(references) == 2
    assert {message.client_id for message in channel.inbox()} == {"a-1", "a-2"}


def test_a_repeat_can_be_recognised_by_its_client_id(channel: Channel) -> None:
    channel.notifier.send(an_alert(client_id="a-1"), replaces=None)
    channel.notifier.send(an_alert(client_id="a-1"), replaces=None)

    assert {message.client_id for message in channel.inbox()} == {"a-1"}


def test_a_replacement_edits_the_message_and_keeps_its_reference(channel: Channel) -> None:
    first = channel.notifier.send(an_alert(headline="Port 22 is open"), replaces=None)

    news = an_alert(client_id="a-2", headline="Port 22 is closed")

    second = channel.notifier.send(news, replaces=first)

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


def test_a_message_in_doubt_is_found_or_its_repeat_is_no_second_message(channel: Channel) -> None:
    """
    Nobody must be told twice only because we ended between the answer and our commit.
    """
    notifier, alert = channel.notifier, an_alert(client_id="a-1")
    reference = notifier.send(alert, replaces=None)

    if isinstance(notifier, Searching):
        assert notifier.find("a-1", LONG_AGO) == reference
        assert notifier.find("a-2", LONG_AGO) is None
    else:
        assert notifier.send(alert, replaces=None) == reference
        assert len(channel.inbox()) == 1


def test_a_notifier_that_chooses_takes_an_open_change_of_the_worst_kind(channel: Channel) -> None:
    if isinstance(channel.notifier, Choosing):
        assert channel.notifier.takes(an_alert(state=AlertState.OPEN))


def test_a_message_of_many_changes_is_delivered(channel: Channel) -> None:
    changes = tuple(a_change(change_id=f"c-{number}") for number in range(300))

    channel.notifier.send(an_alert(headline="300 changes", changes=changes), replaces=None)

    (message,) = channel.inbox()
    assert "300 changes" in message.text


def test_what_is_sensitive_in_a_difference_reaches_nobody(channel: Channel) -> None:
    secret = AttributeDrift(path="password", declared="hunter2", live="hunter3", sensitive=True)

    channel.notifier.send(an_alert(changes=(a_change(drift=(secret,)),)), replaces=None)

    (message,) = channel.inbox()
    assert "hunter" not in message.text


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "\r\nBcc: all@example.com", "x" * 1_000_000])
def test_text_that_no_encoding_or_limit_has_is_delivered_all_the_same(channel: Channel, text: str) -> None:
    change = a_change(resource=text, actions=(text,), reasons=(text,), ticket=text, declared_at=text)
    alert = an_alert(
        headline=text,
        call_to_action=text,
        actor=text,
        identity=text,
        account=text,
        environment=text,
        changes=(change,),
    )

    channel.notifier.send(alert, replaces=None)

    (message,) = channel.inbox()
    assert len(message.text) < 20_000
