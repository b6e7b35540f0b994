"""How the records of a text begin: what lets the next one be found behind a damage."""

import re
from itertools import islice

from drift.records.lists import LOOKAHEAD
from drift.records.scan import end_of_value
from drift.records.sound import fault_of
from drift.records.window import Window

_HEAD = re.compile(rb'\{\s{0,64}("[^"\\\n]{1,128}")\s{0,64}:')
HEAD_BYTES = 512
"""More than any head and the blanks before it take."""
_MOST = 64


def head_at(text: bytes, at: int) -> re.Match[bytes] | None:
    """Return what looks like the beginning of a record at `at`, up to its first colon."""
    return _HEAD.match(text, at)


def is_element(text: bytes, at: int) -> bool:
    """Tell whether what begins at `at` is no member's value: something other than a colon comes before."""
    return text[max(0, at - 64) : at].rstrip()[-1:] not in (b"", b":")


class Heads:
    """The first keys of the records of one text."""

    def __init__(self) -> None:
        self._keys: set[bytes] = set()

    def learn(self, text: bytes, at: int) -> None:
        """Remember the first key of the record at `at`."""
        if len(self._keys) < _MOST and (head := _HEAD.match(text, at)):
            self._keys.add(head[1])

    def next_in(self, text: bytes, begin: int, end: int) -> int | None:
        """Return where the next record seems to begin between `begin` and `end`.

        That is an object which starts a line, or one that is no member's value and has a first
        key that has begun a record before. In sound JSON neither is found inside a string.
        """
        if not self._keys:
            self._learn_longest(text, begin, begin + LOOKAHEAD)
        for head in _HEAD.finditer(text, begin, end):
            at = head.start()
            if text[at - 1 : at] in (b"\n", b"\r") or (head[1] in self._keys and is_element(text, at)):
                return at
        return None

    def _learn_longest(self, text: bytes, begin: int, end: int) -> None:
        """Remember how the longest sound object begins: records are longer than what they hold."""
        longest = 0
        for head in islice(_HEAD.finditer(text, begin, end), _MOST):
            at = head.start()
            size = end_of_value(Window(iter((text[at:end],)))) if is_element(text, at) else 0
            if isinstance(size, int) and size > longest and fault_of(text[at : at + size]) is None:
                longest = size
                self._keys = {head[1]}
