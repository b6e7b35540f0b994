"""Splits a text into its documents, whatever its length and damage.

A document is an element of the text's list of records, or one of several values that follow
each other, on lines of their own or not. Where many can be decoded at once, they are (`runs`).
Else each is found by its brackets and quotes and tried by itself, so that none hides its neighbours.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from drift.records.damage import Damage
from drift.records.heads import Heads, head_at, is_element
from drift.records.lists import LOOKAHEAD, list_among
from drift.records.region import leave_damage
from drift.records.runs import RUN_BYTES, documents_in, end_of_run
from drift.records.scan import ENDLESS, RECORD_LIMIT, TOO_LARGE, Broken, end_of_value
from drift.records.sound import fault_of
from drift.records.window import Window

_BLANK = re.compile(rb"[ \t\r\n]*(?:\xef\xbb\xbf)?[ \t\r\n]*")
_SEPARATION = re.compile(rb"[ \t\r\n,]*(?:\xef\xbb\xbf)?[ \t\r\n,]*")
_SCALAR = re.compile(rb'([-+.\w]+|"(?:[^"\\\n]|\\.)*")(?=[\s,\]]|\Z)')
_WASTE_FREE = 64 * 1024 * 1024
_WASTE_PER_BYTE = 16
"""How far brackets may be followed in vain: a text of nothing but opening ones would take for ever."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def split(chunks: Iterator[bytes]) -> Iterator[bytes | Damage]:
    """Yield the documents of a text in their order, and one `Damage` per damaged region."""
    return _Splitter(chunks).pieces()


class _Splitter:
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._window = Window(chunks)
        self._heads = Heads()
        self._closers = b""
        """What closes the list around a document, innermost last: `]`, or `}]` within an object."""
        self._last: bytes | Damage | None = None
        self._damaged = False
        self._wasted = 0
        """How many bytes were looked at in vain."""
        self._tried = [0, 0]
        """Up to where taking many documents at once was tried in vain, outside a list and inside one."""

    def pieces(self) -> Iterator[bytes | Damage]:
        while self._seek():
            if run := self._run():
                yield from run
            elif (piece := self._next()) is not None:
                yield piece
                self._last = piece
        if self._closers and not (isinstance(self._last, Damage) and self._last.to_the_end):
            yield Damage.of_nothing("the text ends inside a list of records", to_the_end=True)

    def _seek(self) -> bool:
        """Move to the next byte that means something; return whether there is one."""
        window = self._window
        skipped = _SEPARATION if self._closers or self._last is not None else _BLANK
        while True:
            window.fill(LOOKAHEAD)
            if match := skipped.match(window.data, window.at):
                window.at = match.end()
            if window.ended or len(window.data) - window.at >= LOOKAHEAD:
                return window.at < len(window.data)

    def _run(self) -> list[bytes]:
        """Take the documents up to the last that is held; none where one of them needs a closer look."""
        window, in_list = self._window, self._closers[-1:] == b"]"
        if window.position < self._tried[in_list] or self._closers == b"}":
            return []
        end = end_of_run(window.data, window.at, in_list=in_list)
        run = documents_in(window.data[window.at : end], in_list=in_list)
        if run:
            window.at = end
            self._last = run[-1]
            self._learn(run)
        else:
            self._tried[in_list] = window.position + (end - window.at or RUN_BYTES)
        return run

    def _next(self) -> bytes | Damage | None:
        """Take the next step: over a document, a damaged region, or a bracket around documents."""
        window = self._window
        byte = window.data[window.at : window.at + 1]
        if self._closers == b"}":
            return self._leave_object(byte)
        if byte == self._closers[-1:]:
            self._closers = self._closers[:-1]
        elif not self._closers and byte == b"[":
            self._closers = b"]"
        elif not self._closers and byte == b"{" and (begin := list_among(window.data, window.at + 1)):
            self._closers = b"}]"
            window.at = begin
        elif not self._closers and byte in b"]}" and self._damaged:
            pass  # what it closes was opened in a damaged region
        else:
            return self._document(byte)
        window.at += 1
        return None

    def _leave_object(self, byte: bytes) -> Damage | None:
        """Go over the members behind a list of records: a page token, or another such list."""
        window = self._window
        if begin := list_among(window.data, window.at):
            self._closers = b"}]"
            window.at = begin + 1
            return None
        self._closers = b""
        if byte not in b'"}':
            return Damage.of_nothing("the object around a list of records does not end")
        end = end_of_value(window, inside_object=True)
        if isinstance(end, Broken):
            return self._damage(end.error)
        if fault := fault_of(b"{" + window.data[window.at : window.at + end]):
            return self._damage(fault, end)
        window.at += end
        return None

    def _document(self, byte: bytes) -> bytes | Damage | None:
        window = self._window
        if piece := self._up_to_similar():
            return self._taken(piece)
        if byte not in b"{[":
            return self._scalar()
        if self._wasted > _WASTE_FREE + _WASTE_PER_BYTE * window.position:
            return self._damage("not valid JSON")
        end = end_of_value(window)
        if isinstance(end, Broken):
            self._wasted += end.scanned
            begin = window.position
            damage = self._damage(end.error)
            if damage and end.error == TOO_LARGE and window.position - begin <= RECORD_LIMIT:
                return replace(damage, error=ENDLESS)  # others were found in what seemed one large record
            return damage
        piece = window.data[window.at : window.at + end]
        if fault := fault_of(piece):
            self._wasted += end
            return self._damage(fault, end)
        return self._taken(piece)

    def _up_to_similar(self) -> bytes | None:
        """Guess that the document ends where another begins with the same key: mostly so, and quick."""
        window = self._window
        head = head_at(window.data, window.at)
        if head is None:
            return None
        end, limit = head.end(), window.at + LOOKAHEAD
        while (end := window.data.find(head[0], end, limit)) >= 0 and not is_element(window.data, end):
            end += 1
        if end < 0:
            if not window.ended or len(window.data) > limit:
                return None
            end = len(window.data)
        piece = window.data[window.at : end].rstrip(b" \t\r\n,")
        return None if fault_of(piece) else piece

    def _scalar(self) -> bytes | Damage | None:
        """Take a string, a number or a word: no record, but a document."""
        window = self._window
        match = _SCALAR.match(window.data, window.at, window.at + LOOKAHEAD)
        if match is not None and fault_of(match[1]) is None:
            return self._taken(match[1])
        is_utf_16 = window.data.startswith(_UTF_16, window.at)
        return self._damage("UTF-16 text: convert it to UTF-8" if is_utf_16 else "not JSON")

    def _taken(self, piece: bytes) -> bytes:
        self._learn((piece,))
        self._window.at += len(piece)
        return piece

    def _learn(self, documents: Iterable[bytes]) -> None:
        if not self._damaged:  # what follows a damage may be a part of what was damaged
            for document in documents:
                self._heads.learn(document, 0)

    def _damage(self, error: str, size: int | None = None) -> Damage | None:
        """Go over a damaged region; `None` if it only continues the one before."""
        window = self._window
        continues = isinstance(self._last, Damage) and size is None and not head_at(window.data, window.at)
        self._damaged = True
        damage = leave_damage(window, self._heads, error, size)
        if window.data[window.at - 1 : window.at] == b"\n" and list_among(window.data, window.at + 1):
            self._closers = b""  # another document begins here, whatever was open in the last one
        if continues:
            self._last = damage
            return None
        return damage
