"""The text of a delivered file, decompressed where its first bytes are gzip's."""

import zlib
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from drift.records.inflate import GZIP_MAGIC, PIECE_BYTES, inflated, inflated_at_once

_READ_BYTES = 256 * 1024


class Text:
    """The text of one file, read once: at once, or in pieces of about a megabyte.

    The name of the file says nothing about its form: senders and browsers unpack or repack
    files without renaming them.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._begin: list[bytes] = []
        """What was read and not used yet."""
        self.damage: str | None = None
        """Why the text ends before its file does; known once the last piece was read."""

    def at_once(self, limit: int) -> bytes | None:
        """Return the text, or `None` if it takes more than `limit` bytes or its compression is not plain.

        What it returned is not iterated over again.
        """
        if self._read_more_than(limit):
            return None
        delivered = b"".join(self._begin)
        if delivered.startswith(GZIP_MAGIC):
            return inflated_at_once(delivered, limit)
        return delivered

    def __iter__(self) -> Iterator[bytes]:
        gathered: list[bytes] = []
        size = 0
        for piece in self._pieces():
            gathered.append(piece)
            size += len(piece)
            if size >= PIECE_BYTES:
                yield b"".join(gathered)
                gathered, size = [], 0
        if gathered:
            yield b"".join(gathered)

    def _pieces(self) -> Iterator[bytes]:
        self._read_more_than(len(GZIP_MAGIC))
        is_compressed = b"".join(self._begin).startswith(GZIP_MAGIC)
        chunks = chain(self._begin, iter(lambda: self._stream.read(_READ_BYTES), b""))
        return self._inflated(chunks) if is_compressed else chunks

    def _inflated(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from inflated(chunks)
        except EOFError:
            self.damage = "the gzip data is cut off"
        except zlib.error as error:
            self.damage = f"the gzip data is damaged ({error})"

    def _read_more_than(self, limit: int) -> bool:
        """Read on until more than `limit` bytes are held; return whether there are as many."""
        size = sum(map(len, self._begin))
        while size <= limit:
            chunk = self._stream.read(_READ_BYTES)
            if not chunk:
                return False
            self._begin.append(chunk)
            size += len(chunk)
        return True
