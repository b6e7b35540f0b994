"""Reads the values of fields: plain text, choices, labels, and Atlassian's documents.

The form of a document: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from drift.model.resource import Json

MAX_DEPTH = 40
"""Lists in tables in panels nest less deeply."""

_BLOCKS = frozenset(
    {"paragraph", "listItem", "codeBlock", "tableRow", "blockquote", "panel", "rule", "taskItem"}
)
"""Nodes after which a new line begins."""

_SAID_BY = {"mention": "text", "emoji": "shortName", "status": "text", "inlineCard": "url"}
"""Nodes without text of their own, and the attribute that says what people see."""


def text_of(value: Json) -> str:
    """Return the text of a field, whatever its type; empty if there is none."""
    match value:
        case str():
            return value
        case bool() | None:
            return ""
        case int() | float():
            return str(value)
        case list():
            return "\n".join(text for one in value if (text := text_of(one)))
        case {"type": "doc"}:
            return document_text(value)
        case dict():
            return next((text_of(value[key]) for key in ("value", "name", "key") if key in value), "")
        case _:
            return ""


def document_text(document: Json) -> str:
    """Return the text of an Atlassian document, a line for each of its blocks."""
    lines = ("".join(_pieces(document, 0))).splitlines()
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _pieces(node: Json, depth: int) -> Iterator[str]:
    if not isinstance(node, dict) or depth > MAX_DEPTH:
        return
    kind, attributes = str(node.get("type")), node.get("attrs")
    if kind == "text":
        yield str(node.get("text", ""))
    elif kind == "hardBreak":
        yield "\n"
    elif kind == "date" and isinstance(attributes, dict):
        yield _day(attributes.get("timestamp"))
    elif kind in _SAID_BY and isinstance(attributes, dict):
        yield str(attributes.get(_SAID_BY[kind]) or "")
    if kind == "heading" and isinstance(attributes, dict):
        yield f"{'#' * min(6, max(1, _level(attributes.get('level'))))} "
    content = node.get("content")
    for inner in content if isinstance(content, list) else ():
        yield from _pieces(inner, depth + 1)
    if kind in _BLOCKS or kind == "heading":
        yield "\n"
    elif kind in {"tableCell", "tableHeader"}:
        yield " "


def _level(level: Json) -> int:
    return level if isinstance(level, int) else 1


def _day(timestamp: Json) -> str:
    """Return a day that a document tells in milliseconds since 1970."""
    try:
        return f"{datetime.fromtimestamp(int(timestamp) / 1000, UTC):%Y-%m-%d}"
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
