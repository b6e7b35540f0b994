"""The part of a text that is being looked at."""

from collections.abc import Iterator


class Window:
    """A text of any length, of which only what lies behind `at` is held."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._dropped = 0
        self.data = b""
        self.at = 0
        self.ended = False

    @property
    def position(self) -> int:
        """Where `at` is in the whole text."""
        return self._dropped + self.at

    def more(self) -> bool:
        """Read on, moving `at` to zero; return whether there was more to read."""
        chunk = next(self._chunks, None)
        if chunk is None:
            self.ended = True
            return False
        self._dropped += self.at
        self.data = b"".join((memoryview(self.data)[self.at :], chunk))
        self.at = 0
        return True

    def fill(self, size: int) -> None:
        """Read on until `size` bytes behind `at` are held, or the text ends."""
        while not self.ended and len(self.data) - self.at < size:
            self.more()
