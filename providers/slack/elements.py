"""The few parts of Block Kit that a message is made of.

Only literal parts: `plain_text` objects and the `text` elements of rich text are shown by
Slack as they are, so no mention, link, emoji or markup can come out of a text in them. There is
no constructor for `mrkdwn` or for emoji; the one for links is for addresses of our own pages and those that
come from a ticket system, the one for mentions for ids that stand in the configuration, never for what a
record says.
"""

import re
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from providers.visible import shortened

Block: TypeAlias = dict[str, Any]
"""A part of a message as Slack's JSON has it: https://docs.slack.dev/reference/block-kit."""

HEADER: Final = 150
PARAGRAPH: Final = 1_000
NOTICE: Final = 400
IDENTITY: Final = 380
SENTENCE: Final = 300
LINE: Final = 200
NAME: Final = 120
WORD: Final = 60
"""Limits in bytes. 150 is Slack's own for a header; the others keep a message readable.
In `IDENTITY` the ARN of a role's session, who opened it, MFA and address have their place."""

OPEN: Final = "Open in Driftledger"

_URL_MOST = 300
_GROUP = re.compile("S[A-Z0-9]{5,20}")
_USER = re.compile("[UW][A-Z0-9]{5,20}")
"""Slack's ids: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

_NOTHING = "—"
"""Slack refuses a message in which a text is empty."""


def header(text: str) -> Block:
    """Return the headline."""
    return {"type": "header", "text": _plain(text, HEADER)}


def divider() -> Block:
    """Return a line across the message."""
    return {"type": "divider"}


def context(text: str) -> Block:
    """Return a small grey line."""
    return {"type": "context", "elements": [_plain(text, SENTENCE)]}


def rich_text(*parts: Block) -> Block:
    """Return a block of sections and preformatted parts."""
    return {"type": "rich_text", "elements": list(parts)}


def section(lines: Iterable[list[Block]]) -> Block:
    """Return lines of text elements as one part of a rich text."""
    elements: list[Block] = []
    for line in lines:
        elements += [own("\n"), *line] if elements else line
    return {"type": "rich_text_section", "elements": elements}


def preformatted(lines: list[str]) -> Block:
    """Return lines, already short and visible, in letters of one width."""
    return {"type": "rich_text_preformatted", "elements": [own("\n".join(lines))]}


def literal(text: str, limit: int, *, style: str | None = None) -> Block:
    """Return text as it is, `bold` or `code`."""
    element: Block = {"type": "text", "text": shortened(text, limit) or _NOTHING}
    return element | {"style": {style: True}} if style else element


def own(words: str) -> Block:
    """Return our own words, for what stands between two texts."""
    return {"type": "text", "text": words}


def label(name: str) -> list[Block]:
    """Return the bold name before a value, and the space between them."""
    return [literal(f"{name}:", WORD, style="bold"), own(" ")]


def mention(who: str) -> Block:
    """Return the mention of a user group or a user, by its id; any other text names nobody."""
    if _GROUP.fullmatch(who):
        return {"type": "usergroup", "usergroup_id": who}
    if _USER.fullmatch(who):
        return {"type": "user", "user_id": who}
    return literal(who, WORD)


def link(text: str, url: str | None) -> Block:
    """Return a link to a web page, or just the text where the address is not one."""
    if url is None or not _is_web_address(url):
        return literal(text, WORD)
    return {"type": "link", "url": url, "text": shortened(text, WORD) or _NOTHING}


def page(url: str | None) -> list[Block]:
    """Return the link to the page of what a message is about, where there is one.

    It is no button: Slack tells the app of each press of those, also of one that only opens a page.
    """
    if url is None or not _is_web_address(url):
        return []
    return [rich_text(section([[link(OPEN, url)]]))]


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": shortened(text, limit) or _NOTHING, "emoji": False}


def _is_web_address(url: str) -> bool:
    is_plain = url.isascii() and url.isprintable() and " " not in url
    return is_plain and url.startswith(("https://", "http://")) and len(url) <= _URL_MOST
