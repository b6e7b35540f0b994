"""Sends messages through Slack's Web API.

The bot token needs the scope `chat:write`, and the bot must be in the channel; to know who presses a
button by their address, `users:read.email`. The client id
travels in the message's metadata: `chat.postMessage` documents no argument that would make a
repeated call harmless, so a repeat makes a second message that carries the same id.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from drift.errors import ProviderAccessError
from drift.model.alert import Alert
from drift.model.secret import Secret
from drift.ports import Counter
from providers.slack.answers import CANNOT_BE_EDITED, error_code, only_provider_errors
from providers.slack.blocks import render
from providers.slack.buttons import buttons
from providers.slack.http_mode import hear_http
from providers.slack.interactions import Interactions
from providers.slack.socket_mode import hear_socket

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
    app_token: Secret | None = None
    """With `connections:write` (xapp-…): people's answers are heard over a WebSocket that we open."""
    signing_secret: Secret | None = None
    """With `listen`: Slack calls us with people's answers, and signs what it says."""
    listen: (
        Annotated[str, msgspec.Meta(pattern=r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$")] | None
    ) = None
    """Where it calls us: an address and a port, behind something that speaks TLS."""
    base_url: Annotated[str, msgspec.Meta(pattern="^https?://")] = "https://slack.com/api/"
    """Where the Web API answers: a gateway, or the stand-in of a test."""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if (self.signing_secret is None) != (self.listen is None):
            raise ValueError('"signing_secret" and "listen" go together')
        if self.app_token is not None and self.listen is not None:
            raise ValueError('"app_token" and "listen" are two ways for the same: leave one of them out')


class Slack:
    """A `Notifier` that posts to one channel and edits what it posted.

    The reference of a message is `channel:ts`, which is how Slack itself names it.
    """

    def __init__(self, settings: SlackSettings, *, timeout: timedelta = TIMEOUT) -> None:
        self._settings = settings
        self._timeout = timeout

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
        below = buttons(alert) if self.is_answerable and not alert.alarm and not alert.notice else None
        content: dict[str, Any] = {
            "text": message.text,
            "blocks": [*message.blocks, below] if below else message.blocks,
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

    @property
    def is_answerable(self) -> bool:
        """There is a way for answers; see `Answerable`."""
        return self._settings.app_token is not None or self._settings.listen is not None

    def hear(self, counter: Counter, is_over: Callable[[], bool]) -> None:
        """Take in what people answer until it is over; see `Answerable`."""
        settings, client = self._settings, self._client()
        interactions = Interactions(client, counter)
        if settings.app_token is not None:
            hear_socket(_sound(settings.app_token), client, interactions, is_over)
        elif settings.listen is not None and settings.signing_secret is not None:
            host, _, port = settings.listen.rpartition(":")
            secret = settings.signing_secret.reveal()
            hear_http(host.strip("[]"), int(port), secret, interactions, is_over)

    def _client(self) -> "WebClient":
        from slack_sdk import WebClient

        return WebClient(
            token=_sound(self._settings.token),
            base_url=self._settings.base_url,
            timeout=max(1, round(self._timeout.total_seconds())),
            # The core alone retries, since only it knows what was recorded as sent.
            retry_handlers=[],
            logger=_SILENT,
        )


def _sound(secret: Secret) -> str:
    token = secret.reveal()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        # As a header it would fail with an error that quotes it.
        raise ProviderAccessError(
            "the Slack token is empty or holds characters that no token has",
            hint="check the file or variable that it comes from for quotes, spaces and line ends",
        )
    return token


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
