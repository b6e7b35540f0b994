"""The text of a file as CloudTrail wrote it: one gzip member, with nothing behind it.

Readers of logs forgive more than that. A file that is held against a hash must be all there is: what is
appended to it would be read by others, and covered by no hash (aws-cli pull request 10324, 2026-05).
"""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from providers.aws.s3_objects import PIECE_BYTES

_GZIP = 31
"""zlib's `wbits` for a gzip header and trailer."""


class NotAsWrittenError(Exception):
    """A file is not what CloudTrail wrote; the message says why."""


def unpacked(stream: BinaryIO, most: int | None = None) -> Iterator[bytes]:
    """Yield the text of a file, piece by piece.

    Raises:
        NotAsWrittenError: It is cut off or damaged, something was appended, or its text has more bytes
        than `most`. ProviderError: It cannot be read to its end.
    """
    inflater, size = zlib.decompressobj(_GZIP), 0
    while packed := stream.read(PIECE_BYTES):
        for text in _inflated(inflater, packed):
            size += len(text)
            if most is not None and size > most:
                raise NotAsWrittenError("it is larger than any real one")
            yield text
        if inflater.unused_data:
            raise NotAsWrittenError("something was appended to it")
    if not inflater.eof:
        raise NotAsWrittenError("it is cut off")


def _inflated(inflater: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    while True:
        try:
            text = inflater.decompress(packed, PIECE_BYTES)
        except zlib.error as error:
            raise NotAsWrittenError(f"its compression is damaged ({error})") from error
        yield text
        packed = inflater.unconsumed_tail
        # A full piece may leave text inside zlib even when all its input is used up.
        if inflater.eof or (not packed and len(text) < PIECE_BYTES):
            return
