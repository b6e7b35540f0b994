"""Sends messages through Slack's Web API.

The bot token needs the scope `chat:write`, and the bot must be in the channel. The client id
travels in the message's metadata: `chat.postMessage` documents no argument that would make a
repeated call harmless, so a repeat makes a second message that carries the same id.
"""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from drift.errors import ProviderAccessError
from drift.model.alert import Alert
from drift.model.secret import Secret
from providers.meter import given_meter
from providers.slack.answers import CANNOT_BE_EDITED, error_code, only_provider_errors
from providers.slack.blocks import render

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.web import SlackResponse

TIMEOUT: Final = timedelta(seconds=15)
"""For connecting, and for each wait on the socket."""


class SlackSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The channel that alerts go to, and the bot that posts them."""

    channel: str
    """The channel's ID (C…) or name."""
    token: Secret
    base_url: Annotated[str, msgspec.Meta(pattern="^https?://")] = "https://slack.com/api/"
    """Where the Web API answers: a gateway, or the stand-in of a test."""


class Slack:
    """A `Notifier` that posts to one channel and edits what it posted.

    The reference of a message is `channel:ts`, which is how Slack itself names it.
    """

    def __init__(self, settings: SlackSettings, *, timeout: timedelta = TIMEOUT) -> None:
        self._settings = settings
        self._timeout = timeout
        self._meter = given_meter()

    def check(self) -> str:
        """Ask Slack whom the token belongs to; whether it may post in the channel shows only when it does."""
        with only_provider_errors():
            answer = self._client().auth_test()
            return f"{answer['user']} in {answer['team']} posts to {self._settings.channel}"

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Post the alert, or edit the message that `replaces` names.

        A message that cannot be edited, because somebody deleted it for example, is posted anew.
        """
        client = self._client()
        message = render(alert)
        content: dict[str, Any] = {
            "text": message.text,
            "blocks": message.blocks,
            "metadata": message.metadata,
            # Nobody is looked up and no address becomes a link, whatever the text says.
            "parse": "none",
            "link_names": False,
        }
        with only_provider_errors():
            channel, colon, ts = (replaces or "").rpartition(":")
            if colon and (edited := _edit(client, channel, ts, content)):
                return edited
            answer = client.chat_postMessage(
                channel=alert.to or self._settings.channel,
                unfurl_links=False,
                unfurl_media=False,
                **content,
            )
            return _reference(answer)

    def _client(self) -> "WebClient":
        from providers.slack.counted import CountedClient

        token = self._settings.token.reveal()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            # As a header it would fail with an error that quotes it.
            raise ProviderAccessError(
                "the Slack token is empty or holds characters that no token has",
                hint="check the file or variable that it comes from for quotes, spaces and line ends",
            )
        return CountedClient(
            self._meter,
            token=token,
            base_url=self._settings.base_url,
            timeout=max(1, round(self._timeout.total_seconds())),
            # The core alone retries, since only it knows what was recorded as sent.
            retry_handlers=[],
            logger=_SILENT,
        )


def _edit(client: "WebClient", channel: str, ts: str, content: dict[str, Any]) -> str | None:
    """Return the reference of the edited message, or `None` if it can no longer be edited."""
    from slack_sdk.errors import SlackApiError

    try:
        answer = client.chat_update(channel=channel, ts=ts, **content)
    except SlackApiError as error:
        if error_code(error) in CANNOT_BE_EDITED:
            return None
        raise
    return _reference(answer)


def _reference(answer: "SlackResponse") -> str:
    channel, ts = answer.get("channel"), answer.get("ts")
    if not channel or not ts:
        raise LookupError("it names no message")
    return f"{channel}:{ts}"


_SILENT = logging.getLogger(f"{__name__}.sdk")
"""The SDK logs whole messages, and every error that it raises as well."""
_SILENT.setLevel(logging.CRITICAL)
