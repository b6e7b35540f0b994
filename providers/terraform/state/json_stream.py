"""A JSON text that is walked as it arrives: of a state of any length, one value is held at a time.

Strict about the brackets, commas and keys on the way: a text cut short must never pass for
one that ends early. What stands inside a value that is taken whole, its taker decodes.
"""

from collections.abc import Iterable, Iterator

import msgspec

from providers.terraform.state.json_text import JsonText


class JsonStream:
    """A JSON text with a place in it, at which there is something to be taken."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._text = JsonText(pieces)

    @property
    def held(self) -> int:
        """How many bytes of the text are held."""
        return self._text.held

    def next_byte(self) -> bytes:
        """Return the byte with which the next value begins; none at the end of the text."""
        return self._text.next_byte()

    def members(self) -> Iterator[str]:
        """Go through the object that stands here, and yield each of its keys.

        Its value must be taken, whole or by parts, before the next key is asked for.

        Raises:
            DamagedError: Here, or behind a value that was taken, the text is no object.
        """
        self._expect(b"{")
        if self._text.passes(b"}"):
            return
        while True:
            yield self._key()
            if self._text.passes(b"}"):
                return
            self._expect(b",")

    def elements(self) -> Iterator[int]:
        """Go through the list that stands here, and yield each position; its element must then be taken.

        Raises:
            DamagedError: Here, or behind an element that was taken, the text is no list.
        """
        self._expect(b"[")
        if self._text.passes(b"]"):
            return
        position = 0
        while True:
            yield position
            position += 1
            if self._text.passes(b"]"):
                return
            self._expect(b",")

    def value(self) -> bytes:
        """Take the value that stands here, as it is written; it may still be unsound inside.

        Raises:
            DamagedError: It does not end, or its brackets do not match.
        """
        return self._text.take()

    def skip(self) -> None:
        """Take the value that stands here without holding it.

        Raises:
            DamagedError: It does not end, or its brackets do not match.
        """
        self._text.take(is_kept=False)

    def end(self) -> None:
        """Check that nothing follows.

        Raises:
            DamagedError: Something does.
        """
        if self.next_byte():
            raise self._text.damage("something follows the end")

    def _key(self) -> str:
        if self.next_byte() not in (b'"', b""):
            raise self._text.damage("a key is expected")
        text = self._text.take()
        try:
            key = msgspec.json.decode(text, type=str)
        except ValueError as error:
            raise self._text.damage("a key is no text") from error
        self._expect(b":")
        return key

    def _expect(self, byte: bytes) -> None:
        if not self._text.passes(byte):
            found = self.next_byte()
            raise self._text.damage(f"{byte.decode()} is expected" if found else "the text ends too early")
