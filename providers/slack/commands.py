"""Slash commands: what somebody asks in Slack, answered to them alone.

Socket Mode and HTTP tell of them alike, and both name an address at which the answer is taken, five
times within half an hour. It works where the bot is not in the channel, in direct messages too, where
`chat.postEphemeral` does not. https://docs.slack.dev/interactivity/implementing-slash-commands
"""

import html
import json
import logging
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from drift.errors import ProviderResponseError
from drift.ports import Counter
from providers.slack import elements
from providers.slack.heard import FAILED, Heard, safely
from providers.visible import shortened

if TYPE_CHECKING:
    from slack_sdk import WebClient

FALLBACK: Final = "An answer of Driftledger"
"""What a notification shows; the answer itself stands in the blocks, where nothing of it is markup."""

LINE: Final = 220
"""Bytes of a line."""

MOST: Final = 12_000
"""Bytes of the whole answer as JSON: above 13,200 Slack may refuse a message."""

CUT: Final = "… the rest does not fit into a message: ask on the command line"

TAKES_ANSWERS: Final = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
"""Hosts at which Slack takes answers."""

_LINK = re.compile(r"<(https?://[^|<>\s]+)(?:\|[^<>]*)?>")
"""How Slack tells of an address that somebody typed, where it escapes what they type."""


class _Command(msgspec.Struct, frozen=True):
    """https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling."""

    command: str
    response_url: str
    text: str = ""


def hear_command(payload: object, client: "WebClient", counter: Counter) -> Heard:
    """Return how a slash command is acknowledged, with nothing, and what answers it then."""
    try:
        told = msgspec.convert(payload, _Command)
    except msgspec.ValidationError:
        return Heard()
    if not _takes_answers(told.response_url, client):
        return Heard()

    def then() -> None:
        _answer(told.response_url, client, counter.answer(_typed(told.text)).text)

    return Heard(then=safely(then, lambda: _answer(told.response_url, client, FAILED)))


def _typed(text: str) -> str:
    """Return what somebody typed."""
    return html.unescape(_LINK.sub(r"\1", text))


def _takes_answers(url: str, client: "WebClient") -> bool:
    """Tell whether an address is Slack's: what is answered goes nowhere else, whoever named it."""
    try:
        asked, api = urlsplit(url), urlsplit(client.base_url)
        place = (asked.scheme, asked.hostname, asked.port)
        is_of_api = place == (api.scheme, api.hostname, api.port)
    except ValueError:
        return False
    is_of_slack = place[0] == "https" and place[1] in TAKES_ANSWERS and place[2] in (None, 443)
    return is_of_slack or is_of_api


def _answer(url: str, client: "WebClient", text: str) -> None:
    from slack_sdk.webhook import WebhookClient

    webhook = WebhookClient(
        url, timeout=client.timeout, ssl=client.ssl, proxy=client.proxy, logger=_SILENT, retry_handlers=[]
    )
    answered = webhook.send(
        text=FALLBACK, blocks=_blocks(text.splitlines()), response_type="ephemeral", replace_original=False
    )
    if answered.status_code != 200:
        raise ProviderResponseError(
            f"Slack took no answer: status {answered.status_code}", hint="ask once more"
        )


def _blocks(lines: list[str]) -> list[dict[str, Any]]:
    """Return the lines as they are, as many of them as fit."""
    short = [shortened(line, LINE) for line in lines]
    fitting = short
    while len(json.dumps(fitting)) > MOST:
        fitting = fitting[:-1]
    if len(fitting) < len(short):
        fitting.append(CUT)
    return [elements.rich_text(elements.preformatted(fitting))]


_SILENT = logging.getLogger(f"{__name__}.sdk")
"""The SDK logs addresses that let anybody answer, and whole answers."""
_SILENT.setLevel(logging.CRITICAL)
