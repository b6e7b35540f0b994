"""Finds where a JSON value ends by its quotes and brackets alone, reading no further than needed."""

import re
from collections.abc import Iterator

from msgspec import Struct

from drift.records.window import Window

RECORD_LIMIT = 32 * 1024 * 1024
"""A value of more bytes is not read."""
NESTING_LIMIT = 1_000_000
"""Far more levels than any decoder takes, and few enough to keep count of."""

TOO_LARGE = f"a record larger than {RECORD_LIMIT // 1024**2} MB"
ENDLESS = "a record that does not end"

_TOKEN = re.compile(rb'"[^"\\\n]*"|["{}\[\]]')
"""A string without escapes, or a byte at which something begins or ends."""
_IN_STRING = re.compile(rb'["\n]|\\+')
_QUOTE, _NEWLINE, _OPEN_OBJECT, _OPEN_LIST, _CLOSE_OBJECT, _CLOSE_LIST = b'"\n{[}]'
_CLOSERS = {_OPEN_OBJECT: _CLOSE_OBJECT, _OPEN_LIST: _CLOSE_LIST}
_END = 0
"""Stands for the end of what may be read, where the others are the byte that was met."""


class Broken(Struct, frozen=True, kw_only=True, gc=False):
    """A value that does not end as it should."""

    error: str
    scanned: int
    """How many bytes were looked at in vain."""


def end_of_value(window: Window, *, inside_object: bool = False) -> int | Broken:
    """Return how many bytes the string, list or object at `window.at` takes; it may still be unsound.

    With `inside_object`, it is the rest of an object that was opened before.
    """
    closers = bytearray(b"}" if inside_object else b"")
    for mark, end in _marks(window):
        if end > RECORD_LIMIT:
            return Broken(error=TOO_LARGE, scanned=end)
        if mark == _END:
            return Broken(error=ENDLESS, scanned=end)
        if mark == _NEWLINE:
            return Broken(error="a line ends inside a string", scanned=end)
        if len(closers) > NESTING_LIMIT:
            return Broken(error="nested too deeply", scanned=end)
        if mark in _CLOSERS:
            closers.append(_CLOSERS[mark])
        elif mark != _QUOTE and (not closers or closers.pop() != mark):
            return Broken(error="the brackets do not match", scanned=end)
        if not closers:
            return end
    raise AssertionError("the marks end with one of an end")


def _marks(window: Window) -> Iterator[tuple[int, int]]:
    """Yield each bracket and whole string, with how far behind `window.at` it ends."""
    offset = 0
    while True:
        for token in _TOKEN.finditer(window.data, window.at + offset):
            offset = token.end() - window.at
            mark = window.data[token.start()]
            if mark == _QUOTE and token.end() - token.start() == 1:
                break  # a string with escapes, or one whose end is not read yet
            yield mark, offset
        else:
            offset = len(window.data) - window.at
            if offset > RECORD_LIMIT or not window.more():
                yield _END, offset
                return
            continue
        mark, offset = _end_of_string(window, offset)
        yield mark, offset


def _end_of_string(window: Window, offset: int) -> tuple[int, int]:
    """Return what ends the string whose text begins at `offset`, and where; JSON has no raw line breaks."""
    while True:
        match = _IN_STRING.search(window.data, window.at + offset)
        if match is None:
            size = len(window.data) - window.at
            if size > RECORD_LIMIT or not window.more():
                return _END, size
            offset = max(offset, size)
            continue
        offset = match.end() - window.at
        if match[0] == b'"':
            return _QUOTE, offset
        if match[0] == b"\n":
            return _NEWLINE, offset
        offset += len(match[0]) % 2  # an odd number of backslashes escapes the byte behind them
