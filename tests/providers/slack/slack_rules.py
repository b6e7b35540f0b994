"""What Slack's documents say a message may hold, written down apart from the code that draws one.

Sources: https://docs.slack.dev/reference/block-kit/blocks and .../methods/chat.postMessage.
A part that is not listed here is refused: the messages are ours, so nothing else may appear.
"""

import re
from collections.abc import Iterator
from typing import Any

MOST_BLOCKS = 50
MOST_TOGETHER = 13_200
"""Bytes of all blocks as JSON; undocumented, the lowest total at which somebody saw a refusal."""
MOST_TEXT = 4_000
"""What Slack advises for `text`; it cuts at 40,000."""
MOST_METADATA = 8_000

Json = dict[str, Any]


def broken_rules(blocks: Any) -> list[str]:
    """Return what Slack would say against the blocks, in its manner; nothing if they are fine."""
    if not isinstance(blocks, list) or not blocks:
        return ["[ERROR] must provide an array of blocks [json-pointer:/blocks]"]
    complaints = [f"no more than {MOST_BLOCKS} items allowed"] if len(blocks) > MOST_BLOCKS else []
    for number, block in enumerate(blocks):
        complaints += [f"[ERROR] {reason} [json-pointer:/blocks/{number}]" for reason in _block(block)]
    return complaints


def _block(block: Json) -> Iterator[str]:
    match block:
        case {"type": "header", "text": text, **rest}:
            yield from _plain(text, 150)
        case {"type": "divider", **rest}:
            pass
        case {"type": "context", "elements": [_, *_] as texts, **rest}:
            if len(texts) > 10:
                yield "no more than 10 elements"
            for text in texts:
                yield from _plain(text, 3_000)
        case {"type": "rich_text", "elements": [_, *_] as parts, **rest}:
            for part in parts:
                yield from _rich_part(part)
        case _:
            yield f"unsupported block {block!r:.100}"
            return
    if rest:
        yield f"unknown fields {list(rest)}"


def _rich_part(part: Json) -> Iterator[str]:
    match part:
        case {"type": "rich_text_section", "elements": [_, *_] as elements, **rest}:
            pass
        case {"type": "rich_text_preformatted", "elements": [_, *_] as elements, **rest}:
            pass
        case _:
            yield f"unsupported part of a rich text {part!r:.100}"
            return
    if rest:
        yield f"unknown fields {list(rest)}"
    for element in elements:
        yield from _rich_element(element)


def _rich_element(element: Json) -> Iterator[str]:
    match element:
        case {"type": "text", "text": str(text), **rest}:
            pass
        case {"type": "usergroup", "usergroup_id": str(text), **rest} | {
            "type": "user",
            "user_id": str(text),
            **rest,
        }:
            if not re.fullmatch("[SUW][A-Z0-9]+", text):
                yield f"invalid id {text!r:.100}"
        case {"type": "link", "url": str(url), "text": str(text), **rest}:
            if not url.startswith(("https://", "http://")) or len(url) > 3_000:
                yield "not a valid url"
        case _:
            yield f"unsupported element of a rich text {element!r:.100}"
            return
    if not text:
        yield "text must be more than 0 characters"
    style = rest.pop("style", {})
    if rest or not set(style) <= {"bold", "italic", "strike", "code"}:
        yield f"unknown fields {[*rest, *style]}"


def _plain(text: Any, most: int) -> Iterator[str]:
    match text:
        case {"type": "plain_text", "text": str(said), **rest}:
            if not 0 < len(said.encode("utf-16-le")) // 2 <= most:
                yield f"must be more than 0 and less than {most + 1} characters"
            if rest.pop("emoji", False) not in (True, False) or rest:
                yield f"unknown fields {list(rest)}"
        case _:
            yield f"must be a plain_text object: {text!r:.100}"
