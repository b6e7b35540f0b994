"""Numbers and hashes the records of a file."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import BinaryIO

from drift.model.event import RawRecord, Source, UnreadableRecord
from drift.ports import Unwrapper
from drift.records.damage import Damage
from drift.records.decompress import Text
from drift.records.envelopes import records_in
from drift.records.whole import WHOLE_LIMIT, documents_of


def records_of(
    name: str,
    stream: BinaryIO,
    unwrappers: Sequence[Unwrapper],
    *,
    marks: Sequence[bytes] = (),
    whole_limit: int = WHOLE_LIMIT,
) -> Iterator[RawRecord | UnreadableRecord]:
    """Yield the records of a file in their order, compressed or not, and what of it cannot be read.

    Only the form is judged here: what no translator knows is still a record. A damaged region
    is one unreadable record, and so is the damage that cuts off a compressed file. Memory stays
    bounded whatever the file's size; one record may have 32 MB.

    With `marks`, records in which none of these texts stands are left out, which is quicker
    than reading them; the others keep their numbers.

    Raises:
        OSError: The stream itself fails; what it raises is passed on.
    """
    for index, piece in enumerate(pieces_of(stream, unwrappers, whole_limit=whole_limit)):
        if isinstance(piece, bytes):
            if marks and not any(mark in piece for mark in marks):
                continue
            source = Source(file=name, index=index, sha256=sha256(piece).hexdigest())
            yield RawRecord(body=piece, source=source)
        else:
            source = Source(file=name, index=index, sha256=piece.sha256)
            yield UnreadableRecord(error=piece.error, source=source)


def pieces_of(
    stream: BinaryIO, unwrappers: Sequence[Unwrapper], *, whole_limit: int = WHOLE_LIMIT
) -> Iterable[bytes | Damage]:
    """Return the bytes of each record of a file, and in its place what of it cannot be read.

    Raises:
        OSError: The stream itself fails; what it raises is passed on.
    """
    return records_in(_documents(Text(stream), whole_limit), unwrappers)


def _documents(text: Text, whole_limit: int) -> Iterable[bytes | Damage]:
    at_once = text.at_once(whole_limit)
    return _with_cut(text) if at_once is None else documents_of(at_once, whole_limit=whole_limit)


def _with_cut(text: Text) -> Iterator[bytes | Damage]:
    """Name the damage of a compressed file last; the record that it went through is part of it."""
    from drift.records.split import split  # mostly nothing is damaged, and this need not be loaded

    rest = Damage.of_nothing("")
    for document in split(iter(text)):
        if text.damage and isinstance(document, Damage) and document.to_the_end:
            rest = document
        else:
            yield document
    if text.damage:
        yield Damage(error=text.damage, sha256=rest.sha256)
