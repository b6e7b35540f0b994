"""Numbers and hashes the records of a file."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from drift.model.event import RawRecord, Source, UnreadableRecord
from drift.ports import Translator
from drift.records.damage import Damage
from drift.records.decompress import Text
from drift.records.envelopes import records_in
from drift.records.split import split
from drift.records.whole import WHOLE_LIMIT, documents_of


def records_of(
    name: str, stream: BinaryIO, translators: Sequence[Translator], *, whole_limit: int = WHOLE_LIMIT
) -> Iterator[RawRecord | UnreadableRecord]:
    """Yield the records of a file in their order, compressed or not, and what of it cannot be read.

    Only the form is judged here: what no translator knows is still a record. A damaged region
    is one unreadable record, and so is the damage that cuts off a compressed file. Memory stays
    bounded whatever the file's size; one record may have 32 MB.

    Raises:
        OSError: The stream itself fails; what it raises is passed on.
    """
    text = Text(stream)
    documents = _with_cut(_documents(text, whole_limit), text)
    for index, piece in enumerate(records_in(documents, translators)):
        if isinstance(piece, Damage):
            source = Source(file=name, index=index, sha256=piece.sha256)
            yield UnreadableRecord(error=piece.error, source=source)
        else:
            source = Source(file=name, index=index, sha256=hashlib.sha256(piece).hexdigest())
            yield RawRecord(body=piece, source=source)


def _with_cut(documents: Iterator[bytes | Damage], text: Text) -> Iterator[bytes | Damage]:
    """Name the damage of a compressed file last; the record that it went through is part of it."""
    rest = Damage.of_nothing("")
    for document in documents:
        if text.damage and isinstance(document, Damage) and document.to_the_end:
            rest = document
        else:
            yield document
    if text.damage:
        yield Damage(error=text.damage, sha256=rest.sha256)


def _documents(text: Text, whole_limit: int) -> Iterator[bytes | Damage]:
    chunks = iter(text)
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size > whole_limit:
            return split(chain(held, chunks))
    return documents_of(b"".join(held), whole_limit=whole_limit)
