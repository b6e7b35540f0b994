"""The text of a delivered file, decompressed where its first bytes are gzip's."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

GZIP_MAGIC = b"\x1f\x8b"
_GZIP = 31
"""zlib's `wbits` for a gzip header and trailer."""
_READ_BYTES = 256 * 1024
_PIECE_BYTES = 1024 * 1024


class Text:
    """The text of one file, read once and in pieces of about a megabyte.

    The name of the file says nothing about its form: senders and browsers unpack or repack
    files without renaming them.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.damage: str | None = None
        """Why the text ends before its file does; known once the last piece was read."""

    def __iter__(self) -> Iterator[bytes]:
        gathered: list[bytes] = []
        size = 0
        for piece in self._pieces():
            gathered.append(piece)
            size += len(piece)
            if size >= _PIECE_BYTES:
                yield b"".join(gathered)
                gathered, size = [], 0
        if gathered:
            yield b"".join(gathered)

    def _pieces(self) -> Iterator[bytes]:
        first = self._stream.read(_READ_BYTES)
        while len(first) < len(GZIP_MAGIC) and (more := self._stream.read(_READ_BYTES)):
            first += more
        chunks = self._chunks(first)
        return self._inflated(chunks) if first.startswith(GZIP_MAGIC) else chunks

    def _chunks(self, first: bytes) -> Iterator[bytes]:
        chunk = first
        while chunk:
            yield chunk
            chunk = self._stream.read(_READ_BYTES)

    def _inflated(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        inflater = zlib.decompressobj(_GZIP)
        try:
            for chunk in chunks:
                left = chunk
                if inflater.eof:
                    left = left.lstrip(b"\0")  # padding, allowed behind every member
                while left:
                    if inflater.eof:
                        inflater = zlib.decompressobj(_GZIP)
                    yield from _inflate(inflater, left)
                    left = inflater.unused_data.lstrip(b"\0")
        except zlib.error as error:
            self.damage = f"the gzip data is damaged ({error})"
        else:
            self.damage = None if inflater.eof else "the gzip data is cut off"


def _inflate(inflater: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """Inflate `data` in pieces, so that a small file which unpacks to a huge one takes little memory.

    Raises:
        zlib.error: The data is damaged; what came before the damage was yielded.
    """
    while True:
        before = inflater.copy()
        try:
            piece = inflater.decompress(data, _PIECE_BYTES)
        except zlib.error:
            yield from _salvage(before, data)
            raise
        yield piece
        data = inflater.unconsumed_tail
        # A full piece may leave text inside zlib even when all its input is used up.
        if inflater.eof or (not data and len(piece) < _PIECE_BYTES):
            return


def _salvage(inflater: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """Inflate `data` byte by byte up to the bad one: a call that fails forgets what it had unpacked."""
    for byte in data:
        try:
            yield inflater.decompress(bytes((byte,)))
        except zlib.error:
            return
