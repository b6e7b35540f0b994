"""Where in the file something is wrong, in the words of its author."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from drift.errors import ConfigError

MAX_QUOTED = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A table of a configuration file."""

    file: str
    table: str
    """As its author wrote it: `[store]`, `[[notifier]] "oncall"`."""

    def error(self, what: str, *, hint: str) -> ConfigError:
        """Return the error that says what is wrong here, on one line."""
        return ConfigError(f"{self.file}: {self.table}: {what}", hint=hint)


def quoted(text: str) -> str:
    """Return `text` in quotes, cut where it is long."""
    return f'"{on_one_line(text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…")}"'


def on_one_line(text: str) -> str:
    """Return `text` on one line and without anything that a terminal would obey."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def nearest(text: str, known: Iterable[str]) -> str:
    """Return a hint: the known word that `text` may have meant, else all of them."""
    words = sorted(known)
    if close := difflib.get_close_matches(text, words, n=1):
        return f"did you mean {quoted(close[0])}?"
    return f"known are {', '.join(words)}" if words else "none is known here"
