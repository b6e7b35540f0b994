"""What Slack says against a modal window: https://docs.slack.dev/reference/views/modal-views."""

import json
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_KEYS = {"type", "callback_id", "private_metadata", "title", "submit", "close", "blocks"}


def broken_view_rules(view: Any) -> list[str]:
    """Return what Slack would say against a window; nothing if it is fine."""
    return list(_view(view))


def _view(view: Any) -> Iterator[str]:
    if not isinstance(view, dict) or view.get("type") != "modal":
        yield "must be a modal"
        return
    if unknown := view.keys() - _KEYS:
        yield f"unknown fields {sorted(unknown)}"
    for key in ("title", "submit", "close"):
        if key in view:
            yield from _plain(view[key], 24)
    if "title" not in view:
        yield "missing title"
    if len(view.get("private_metadata", "")) > 3_000:
        yield "private_metadata too long"
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not 0 < len(blocks) <= 100:
        yield "between 1 and 100 blocks"
        return
    has_input = any(block.get("type") == "input" for block in blocks)
    if has_input and "submit" not in view:
        yield "a form needs a submit button"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(ids)) != len(ids):
        yield "block ids repeat"
    if len(json.dumps(view).encode()) > 250_000:
        yield "view too large"
    for block in blocks:
        yield from _block(block)


def _block(block: Json) -> Iterator[str]:
    match block:
        case {"type": "section", "text": text, **rest}:
            yield from _plain(text, 3_000)
        case {"type": "input", "label": label, "element": element, **rest}:
            yield from _plain(label, 2_000)
            yield from _element(element)
            if hint := rest.pop("hint", None):
                yield from _plain(hint, 2_000)
            rest = {key: value for key, value in rest.items() if key not in ("block_id", "optional")}
        case _:
            yield f"unsupported block {block!r:.100}"
            return
    if rest:
        yield f"unknown fields {sorted(rest)}"


def _element(element: Json) -> Iterator[str]:
    match element:
        case {"type": "plain_text_input", "action_id": str(), **rest}:
            known = {"multiline", "max_length", "initial_value"}
            if not 1 <= rest.get("max_length", 1) <= 3_000 or len(rest.get("initial_value", "")) > 3_000:
                yield "max_length out of range"
        case {"type": "static_select", "action_id": str(), "options": options, **rest}:
            known = {"initial_option"}
            if not 1 <= len(options) <= 100:
                yield "between 1 and 100 options"
            for option in (*options, *filter(None, [rest.get("initial_option")])):
                yield from _plain(option["text"], 75)
                if not 1 <= len(option["value"]) <= 150:
                    yield "value out of range"
            if "initial_option" in rest and rest["initial_option"] not in options:
                yield "initial_option is none of the options"
        case _:
            yield f"unsupported element {element!r:.100}"
            return
    if unknown := rest.keys() - known:
        yield f"unknown fields {sorted(unknown)}"


def _plain(text: Any, most: int) -> Iterator[str]:
    match text:
        case {"type": "plain_text", "text": str(said), "emoji": bool()} if len(text) == 3:
            if not 0 < len(said) <= most:
                yield f"must be more than 0 and less than {most + 1} characters: {said!r:.40}"
        case _:
            yield f"must be a plain_text object: {text!r:.100}"
