"""Reads a message back as lines of text: what it says, whatever draws it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from providers.slack.blocks import Message
from providers.slack.elements import Block


class Style(StrEnum):
    """How a piece of a line is drawn."""

    PLAIN = "plain"
    BOLD = "bold"
    CODE = "code"
    DIM = "dim"
    LINK = "link"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A part of a line in one style."""

    text: str
    style: Style = Style.PLAIN


def plain_text(message: Message) -> str:
    """Return the text of a message, one fact a line, its title first."""
    lines = [title(message), *("".join(piece.text for piece in line).rstrip() for line in body(message))]
    return "\n".join(lines) + "\n"


def title(message: Message) -> str:
    """Return the headline of a message."""
    return next(str(block["text"]["text"]) for block in message.blocks if block["type"] == "header")


def body(message: Message) -> Iterator[tuple[Piece, ...]]:
    """Yield the lines under the headline, with an empty one before what is something else."""
    above = "header"
    for block in message.blocks:
        match block["type"]:
            case "rich_text":
                if above == "rich_text":
                    yield ()
                for part in block["elements"]:
                    yield from _part(part)
            case "context":
                if above == "context":
                    yield ()
                yield (Piece(text=" · ".join(text["text"] for text in block["elements"]), style=Style.DIM),)
            case "divider":
                yield ()
        above = block["type"]


def _part(part: Block) -> Iterator[tuple[Piece, ...]]:
    if part["type"] == "rich_text_preformatted":
        for row in part["elements"][0]["text"].split("\n"):
            yield (Piece(text=f"    {row}", style=Style.CODE),)
        return
    line: list[Piece] = []
    for element in part["elements"]:
        if element.get("text") == "\n":
            yield tuple(line)
            line = []
        else:
            line.append(_piece(element))
    yield tuple(line)


def _piece(element: Block) -> Piece:
    if who := element.get("usergroup_id") or element.get("user_id"):
        return Piece(text=f"@{who}", style=Style.BOLD)
    if element["type"] == "link":
        return Piece(text=f"{element['text']} ({element['url']})", style=Style.LINK)
    style = next(iter(element.get("style", {})), Style.PLAIN)
    return Piece(text=element["text"], style=Style(style))
