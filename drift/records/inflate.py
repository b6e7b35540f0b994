"""Inflates gzip data: at once where it is small and sound, else step by step up to its damage."""

import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

GZIP_MAGIC = b"\x1f\x8b"
_GZIP = 31
"""zlib's `wbits` for a gzip header and trailer."""
_PADDING = b"\0"
"""Allowed behind every member."""
PIECE_BYTES = 1024 * 1024


def inflated_at_once(data: bytes, limit: int) -> bytes | None:
    """Inflate one sound gzip member; `None` if it is anything else, or unpacks to more than `limit` bytes."""
    quick = _quick()
    inflater = quick.decompressobj(_GZIP)
    try:
        text: bytes = inflater.decompress(data, limit + 1)
    except (zlib.error, quick.error):
        return None
    is_whole = inflater.eof and not inflater.unused_data.strip(_PADDING)
    return text if is_whole and len(text) <= limit else None


def inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Inflate gzip members in pieces of at most a megabyte.

    Raises:
        EOFError: The data is cut off.
        zlib.error: The data is damaged. What comes before the damage was yielded.
    """
    inflater = zlib.decompressobj(_GZIP)
    for chunk in chunks:
        left = chunk.lstrip(_PADDING) if inflater.eof else chunk
        while left:
            if inflater.eof:
                inflater = zlib.decompressobj(_GZIP)
            yield from _member(inflater, left)
            left = inflater.unused_data.lstrip(_PADDING)
    if not inflater.eof:
        raise EOFError


def _member(inflater: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """Inflate `data` in pieces, so that a small file which unpacks to a huge one takes little memory."""
    while True:
        before = inflater.copy()
        try:
            piece = inflater.decompress(data, PIECE_BYTES)
        except zlib.error:
            yield from _salvage(before, data)
            raise
        yield piece
        data = inflater.unconsumed_tail
        # A full piece may leave text inside zlib even when all its input is used up.
        if inflater.eof or (not data and len(piece) < PIECE_BYTES):
            return


def _salvage(inflater: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """Inflate `data` byte by byte up to the bad one: a call that fails forgets what it had unpacked."""
    for byte in data:
        try:
            yield inflater.decompress(bytes((byte,)))
        except zlib.error:
            return


@cache
def _quick() -> ModuleType:
    """Return isal's stand-in for zlib, twice as quick, or zlib itself on machines that isal is not made for.

    It can neither copy a state nor say how far sound data goes: with damage, zlib has to help.
    """
    try:
        return import_module("isal.isal_zlib")
    except ImportError:
        return zlib
