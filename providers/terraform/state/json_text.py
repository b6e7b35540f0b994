"""A JSON text that arrives in pieces, and where a value in it ends.

Only what lies behind the place that was reached is held. What stands inside a value is left
to whoever decodes it: here only its brackets and quotes count.
"""

import re
from collections.abc import Iterable

NESTING_LIMIT = 10_000
"""Go's decoder, and so Terraform, reads no deeper."""

_BLANK = re.compile(rb"[ \t\r\n]*+")
_SCALAR = re.compile(rb"[^\s,\]}]*+")
_CHARS = rb'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+'
_STRING = re.compile(b'"%b"' % _CHARS, re.DOTALL)
_BROKEN_STRING = re.compile(b'"%b\\n' % _CHARS, re.DOTALL)
_PLAIN = rb'(?>[^"{}\[\]]++|"%b")' % _CHARS
_SMALL = rb"(?>%b|\{%b*+\}|\[%b*+\])" % (_PLAIN, _PLAIN, _PLAIN)
_FLAT = re.compile(rb"(?>%b|\{%b*+\}|\[%b*+\])*+" % (_PLAIN, _SMALL, _SMALL), re.DOTALL)
"""Whatever can be passed at once: strings, and lists and objects of two levels."""
_CLOSERS = {ord("{"): ord("}"), ord("["): ord("]")}
_BOM = b"\xef\xbb\xbf"


class DamagedError(ValueError):
    """The text is not the JSON that it must be; the message says where and why."""


class JsonText:
    """A text with a place in it."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._data = b""
        self._at = 0
        self._dropped = 0
        while len(self._data) < len(_BOM) and self._more():
            pass
        if self._data.startswith(_BOM):
            self._at = len(_BOM)

    @property
    def held(self) -> int:
        """How many bytes of the text are held."""
        return len(self._data)

    def next_byte(self) -> bytes:
        """Return the next byte that is no blank, without going past it; none at the end of the text."""
        while True:
            byte = self._data[self._at : self._at + 1]
            if byte and byte not in b" \t\r\n":
                return byte
            self._at = _end(_BLANK, self._data, self._at)
            if self._at == len(self._data) and not self._more():
                return b""

    def passes(self, byte: bytes) -> bool:
        """Go past the next byte if it is this one, and tell whether it was."""
        if self.next_byte() != byte:
            return False
        self._at += 1
        return True

    def take(self, *, is_kept: bool = True) -> bytes:
        """Go past the value that stands here; return it as it is written, nothing if it is not kept.

        Raises:
            DamagedError: It does not end, or its brackets do not match.
        """
        begin = self.next_byte()
        if begin in (b"{", b"["):
            size = self._container(is_kept)
        elif begin == b'"':
            size = self._string()
        else:
            size = self._scalar()
        value = self._data[self._at : self._at + size] if is_kept else b""
        self._at += size
        return value

    def damage(self, why: str, at: int | None = None) -> DamagedError:
        """Return the error that says what is wrong here."""
        place = self._dropped + (self._at if at is None else at)
        return DamagedError(f"{why} (byte {place})")

    def _container(self, is_kept: bool) -> int:
        """Return the size of the list or object that stands here, or of what is left where it is not kept."""
        closers = bytearray([_CLOSERS[self._data[self._at]]])
        at = self._at + 1
        while closers:
            at = _end(_FLAT, self._data, at)
            if at == len(self._data) or self._data[at] == ord('"'):
                at = self._read_on(at, is_kept)
                continue
            bracket = self._data[at]
            at += 1
            if bracket in _CLOSERS:
                closers.append(_CLOSERS[bracket])
                if len(closers) > NESTING_LIMIT:
                    raise self.damage("nested too deeply", at)
            elif closers.pop() != bracket:
                raise self.damage("the brackets do not match", at)
        return at - self._at

    def _string(self) -> int:
        while True:
            if found := _STRING.match(self._data, self._at):
                return found.end() - self._at
            self._read_on(self._at, is_kept=True)

    def _scalar(self) -> int:
        end = _end(_SCALAR, self._data, self._at)
        while end == len(self._data) and self._more():
            end = _end(_SCALAR, self._data, self._at)
        if end == self._at:
            raise self.damage("a value is expected" if self._data[end:] else "the text ends too early")
        return end - self._at

    def _read_on(self, at: int, is_kept: bool) -> int:
        """Read on behind `at`, and return where that is now."""
        if not is_kept:
            self._at = at
        ahead = at - self._at
        if _BROKEN_STRING.match(self._data, at):
            raise self.damage("a line ends inside a string", at)
        if not self._more():  # which moves the place
            raise self.damage("the text ends too early", self._at + ahead)
        return self._at + ahead

    def _more(self) -> bool:
        """Read as much again as is held, so that a long value is not looked at over and over."""
        held = self._data[self._at :]
        read: list[bytes] = []
        size = 0
        for piece in self._pieces:
            read.append(piece)
            size += len(piece)
            if size > len(held):
                break
        self._dropped += self._at
        self._data = b"".join((held, *read))
        self._at = 0
        return size > 0


def _end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    """Return where that ends which `pattern` finds at `at`."""
    return found.end() if (found := pattern.match(data, at)) else at
