"""Numbers and hashes the records of a file."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from drift.model.change import RawRecord, Source, UnreadableRecord
from drift.ports import Translator
from drift.records.damage import Damage
from drift.records.decompress import Text
from drift.records.envelopes import opened
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
    for index, piece in enumerate(_pieces(Text(stream), translators, whole_limit)):
        if isinstance(piece, Damage):
            source = Source(file=name, index=index, sha256=piece.sha256)
            yield UnreadableRecord(error=piece.error, source=source)
        else:
            source = Source(file=name, index=index, sha256=hashlib.sha256(piece).hexdigest())
            yield RawRecord(body=piece, source=source)


def _pieces(text: Text, translators: Sequence[Translator], whole_limit: int) -> Iterator[bytes | Damage]:
    cut_off = Damage.of_nothing("")
    for document in _documents(text, whole_limit):
        if not isinstance(document, Damage):
            yield from opened(document, translators)
        elif document.to_the_end and text.damage:
            cut_off = document  # both are one damage: the record that the cut went through
        else:
            yield document
    if text.damage:
        yield Damage(error=text.damage, sha256=cut_off.sha256)


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
