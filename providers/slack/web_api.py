"""Sends messages through Slack's Web API.

The bot token needs the scope `chat:write`, and the bot must be in the channel; to know who presses a
button by their address, `users:read.email`. The client id
travels in the message's metadata: `chat.postMessage` documents no argument that would make a
repeated call harmless, so a message in doubt is looked up by it first, in the channel's history.
That needs the scope `channels:history`, in a private channel `groups:history`; in a message to one
person `im:history`, and `im:write` to learn where it stands.
"""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from drift.errors import ProviderAccessError
from drift.model.alert import Alert
from drift.model.secret import Secret
from drift.ports import Counter
from providers.meter import Meter, given_meter
from providers.slack.answers import CANNOT_BE_EDITED, error_code, only_provider_errors
from providers.slack.blocks import EVENT_TYPE, render
from providers.slack.buttons import buttons
from providers.slack.http_mode import hear_http
from providers.slack.interactions import Interactions
from providers.slack.members import Members, is_member_id
from providers.slack.socket_mode import hear_socket

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.web import SlackResponse

TIMEOUT: Final = timedelta(seconds=15)
"""For connecting, and for each wait on the socket."""


SEARCHED: Final = 10
"""Pages of the channel's history in which a message in doubt is looked for."""

ADDRESSES: Final = "users:read.email"

_PAGE = 200
_CHANNEL_ID = re.compile("[CGD][A-Z0-9]{6,}")
_HISTORY = ("channels:history", "groups:history")


class SlackSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The channel that alerts go to, and the bot that posts them."""

    channel: str
    """The channel's ID (C…) or name; by a name messages can be sent, and not looked up."""
    token: Secret
    app_token: Secret | None = None
    """With `connections:write` (xapp-…): people's answers are heard over a WebSocket that we open."""
    signing_secret: Secret | None = None
    """With `listen`: Slack calls us with people's answers, and signs what it says."""
    listen: (
        Annotated[str, msgspec.Meta(pattern=r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$")] | None
    ) = None
    """Where it calls us: an address and a port, behind something that speaks TLS. Not beside `app_token`."""
    base_url: Annotated[str, msgspec.Meta(pattern="^https?://")] = "https://slack.com/api/"
    """Where the Web API answers: a gateway, or the stand-in of a test."""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if (self.signing_secret is None) != (self.listen is None):
            raise ValueError('"signing_secret" and "listen" go together')


class Slack:
    """A `Notifier` that posts to one channel and edits what it posted.

    The reference of a message is `channel:ts`, which is how Slack itself names it.
    """

    def __init__(self, settings: SlackSettings, *, timeout: timedelta = TIMEOUT) -> None:
        self._settings = settings
        self._timeout = timeout
        self._remarks: list[str] = []
        self._meter = given_meter()
        self._members = Members()

    def check(self) -> str:
        """Ask Slack whom the token belongs to; whether it may post in the channel shows only when it does."""
        with only_provider_errors():
            answer = self._client().auth_test()
            self._remarks = list(self._remarks_on(scopes_of(answer)))
            return f"{answer['user']} in {answer['team']} posts to {self._settings.channel}"

    def remarks(self) -> Sequence[str]:
        """Say whether messages in doubt can be looked up."""
        return self._remarks

    def _remarks_on(self, scopes: frozenset[str]) -> Iterator[str]:
        if scopes and "chat:write" not in scopes:
            raise ProviderAccessError(
                "the Slack token lacks the scope chat:write",
                hint="add chat:write to the Slack app and install it again",
            )
        then = "after a crash a message may come twice, since it cannot be looked up"
        if not _CHANNEL_ID.fullmatch(self._settings.channel):
            yield f"set `channel` to the channel's ID (C…): {then}"
        if scopes and not scopes.intersection(_HISTORY):
            yield f"the token lacks the scope {' or '.join(_HISTORY)}: {then}"
        if scopes and self.is_answerable and ADDRESSES not in scopes:
            yield (
                f"the token lacks the scope {ADDRESSES}: whoever presses a button is known by their Slack id "
                "alone, and nobody can be asked first by their address"
            )

    def can_reach(self, names: Sequence[str]) -> str | None:
        """Return the Slack id of a person; see `Private`."""
        with only_provider_errors():
            return self._members.called(self._client(), names)

    def find(self, client_id: str, since: datetime, *, to: str | None = None) -> str | None:
        """Look for a message in the channel's history, the newest first."""
        channel = to or self._settings.channel
        if is_member_id(channel):
            with only_provider_errors():
                channel = str(self._client().conversations_open(users=channel)["channel"]["id"])
        if not _CHANNEL_ID.fullmatch(channel):
            raise ProviderAccessError(
                f"messages in {channel} cannot be looked up by its name",
                hint="set `channel` to the channel's ID (C…)",
            )
        client = self._client()
        cursor: str | None = None
        for _ in range(SEARCHED):
            with only_provider_errors():
                page = client.conversations_history(
                    channel=channel,
                    oldest=f"{since.timestamp():.6f}",
                    include_all_metadata=True,
                    limit=_PAGE,
                    cursor=cursor,
                )
                for message in page["messages"]:
                    if _client_id(message) == client_id:
                        return f"{channel}:{message['ts']}"
                cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return None

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
        return client_of(self._settings.token, self._settings.base_url, self._meter, self._timeout)


def client_of(token: Secret, base_url: str, meter: Meter, timeout: timedelta) -> "WebClient":
    """Return a client of the Web API, which counts its calls with the meter.

    Raises:
        ProviderAccessError: The token is none.
    """
    from providers.slack.counted import CountedClient

    return CountedClient(
        meter,
        token=_sound(token),
        base_url=base_url,
        timeout=max(1, round(timeout.total_seconds())),
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


def _client_id(message: "dict[str, Any]") -> str | None:
    metadata = message.get("metadata") or {}
    is_ours = metadata.get("event_type") == EVENT_TYPE
    return metadata.get("event_payload", {}).get("client_id") if is_ours else None


def scopes_of(answer: "SlackResponse") -> frozenset[str]:
    """Return the scopes of the token, which Slack names in a header; none where a gateway strips it."""
    named = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), "")
    return frozenset(scope for one in named.split(",") if (scope := one.strip()))


def _reference(answer: "SlackResponse") -> str:
    channel, ts = answer.get("channel"), answer.get("ts")
    if not channel or not ts:
        raise LookupError("it names no message")
    return f"{channel}:{ts}"


_SILENT = logging.getLogger(f"{__name__}.sdk")
"""The SDK logs whole messages, and every error that it raises as well."""
_SILENT.setLevel(logging.CRITICAL)
