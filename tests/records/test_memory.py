"""However large a file is, or becomes when it is unpacked, it is read in little memory."""

import io
import itertools
import tracemalloc
import zlib
from collections.abc import Iterable, Iterator

import pytest

from drift.records import records_of
from tests.records.forms import Bus, a_record

RECORD = a_record(note="x" * 1200)
BATCH = 500
BATCHES = 60
"""With about 1.5 kB a record, they make 45 MB."""
ENOUGH = 16 * 1024 * 1024
"""A third of the text; reading takes about four pieces of a megabyte."""

FORMS = {
    "one line with a list": (b'{"Records":[', b",", b"]}"),
    "one record a line": (b"", b"\n", b"\n"),
    "one record after the other": (b"", b"", b""),
}


class Delivery(io.RawIOBase):
    """A stream that is made while it is read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = filter(None, pieces)
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        self._left = self._left or next(self._pieces, b"")
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def pieces_of(form: str) -> Iterator[bytes]:
    begin, between, end = FORMS[form]
    batch = between.join([RECORD] * BATCH)
    yield begin + batch
    for _ in range(BATCHES - 1):
        yield between + batch
    yield end


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(1, wbits=31)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def read_all(pieces: Iterable[bytes]) -> tuple[int, int]:
    """Return how many records there were, and the most memory that was in use."""
    tracemalloc.start()
    try:
        found = records_of("log.json", io.BufferedReader(Delivery(pieces)), [Bus()])
        return sum(1 for _ in found), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", FORMS)
def test_a_large_file_is_read_piece_by_piece(form: str, packed: bool) -> None:
    pieces = pieces_of(form)

    count, peak = read_all(compressed(pieces) if packed else pieces)

    assert count == BATCH * BATCHES
    assert peak < ENOUGH


@pytest.mark.usefixtures("inflater")
def test_a_small_file_that_unpacks_to_a_huge_one_takes_little_memory() -> None:
    bomb = b"".join(compressed(itertools.repeat(b" " * 1024 * 1024, 100)))

    count, peak = read_all([bomb])

    assert len(bomb) < 1024 * 1024
    assert count == 0
    assert peak < ENOUGH
