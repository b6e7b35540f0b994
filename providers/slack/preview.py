"""Shows on a terminal, and keeps in files, the messages that Slack would get."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from urllib.parse import quote

import msgspec

from drift.errors import ProviderUnavailableError
from drift.model.alert import Alert
from drift.model.verdict import Severity
from providers.slack.blocks import Message, render
from providers.slack.plain_text import Piece, Style, body, plain_text, title

if TYPE_CHECKING:
    from rich.console import RenderableType

_WIDEST = 110

_COLOURS = {
    Severity.CRITICAL: "bright_red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "blue",
}

_STYLES = {
    Style.PLAIN: "",
    Style.BOLD: "bold",
    Style.CODE: "cyan",
    Style.DIM: "dim",
    Style.LINK: "underline",
}


class SlackPreviewSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the preview keeps its messages."""

    folder: str


class SlackPreview:
    """A `Notifier` that needs no Slack: the very same message, drawn on the terminal and kept as files.

    `NAME.json` is what Slack would get, `NAME.txt` what it says; the reference of a message is the
    name of its JSON file.
    """

    def __init__(self, settings: SlackPreviewSettings, *, out: TextIO | None = None) -> None:
        self._folder = Path(settings.folder)
        self._out = out or sys.stdout

    def check(self) -> str:
        """Try the folder."""
        with self._writable_folder():
            pass
        return f"messages are drawn here and kept in {self._folder}"

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Draw the message and keep it under its client id, or in place of the one that `replaces` names.

        A message that is no longer there, or is not one of this folder, is written anew.
        """
        message = render(alert)
        file = self._folder / f"{quote(alert.client_id, safe='')}.json"
        if replaces and Path(replaces).name == replaces and (self._folder / replaces).is_file():
            file = self._folder / replaces
        payload = {"text": message.text, "blocks": message.blocks, "metadata": message.metadata}
        with self._writable_folder():
            _write(file, msgspec.json.format(msgspec.json.encode(payload), indent=2))
            _write(file.with_suffix(".txt"), plain_text(message).encode())
            self._draw(message, alert.severity)
        return file.name

    @contextmanager
    def _writable_folder(self) -> Iterator[None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            yield
        except OSError as error:
            raise ProviderUnavailableError(
                f"the Slack preview cannot write to {self._folder} or its output: {error.strerror}",
                hint="check that the folder can be written and has space",
            ) from error

    def _draw(self, message: Message, severity: Severity) -> None:
        from rich.console import Console

        # Drawn aside first: rich ends the whole process when its own output is a broken pipe.
        drawn = StringIO()
        console = Console(
            file=drawn, force_terminal=self._out.isatty(), highlight=False, emoji=False, markup=False
        )
        console.print(_panel(message, severity), width=min(console.width, _WIDEST))
        encoding = self._out.encoding or "utf-8"
        self._out.write(drawn.getvalue().encode(encoding, "replace").decode(encoding))
        self._out.flush()


def _panel(message: Message, severity: Severity) -> "RenderableType":
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    colour = _COLOURS[severity]
    lines = Group(Text(title(message), f"bold {colour}"), *map(_line, body(message)))
    return Panel(lines, title="Slack preview", title_align="left", border_style=colour)


def _line(pieces: tuple[Piece, ...]) -> "RenderableType":
    """Draw one line; where it is too long, it goes on below its own beginning."""
    from rich.padding import Padding
    from rich.text import Text

    text = Text.assemble(*((piece.text, _STYLES[piece.style]) for piece in pieces))
    indent = len(text.plain) - len(text.plain.lstrip())
    return Padding(text[indent:], (0, 0, 0, indent)) if indent else text


def _write(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, so that a killed run leaves no half message."""
    unfinished = file.with_suffix(file.suffix + ".part")
    unfinished.write_bytes(content)
    unfinished.replace(file)
