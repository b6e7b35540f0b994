"""Reads the records of files and judges them on their own: no store, no configuration needed.

A verdict uses only records that came earlier in the input, as the daemon's would.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import structs

from drift.model.event import ChangeEvent, Phase, RawRecord, Repeat, Source, UnreadableRecord
from drift.ports import Translator
from drift.records import Damage, pieces_of
from drift.stages.translate import Translators

_NOWHERE = Source(file="", index=0, sha256="")

BEGINNINGS = frozenset({Phase.BEGIN, Phase.PROGRESS})
"""What later records of an operation rest on."""


def openings_in(path: Path, translators: Translators) -> Iterator[ChangeEvent]:
    """Yield the records of a file that open sessions or begin operations.

    Every call in the console shows its session to be one, so each session is told once.
    """
    told: set[str] = set()
    for piece in pieces_in(path, translators.all):
        if isinstance(piece, Damage) or not translators.may_open(piece):
            continue
        said = translators.recognise(RawRecord(piece, _NOWHERE))
        like = said.like if isinstance(said, Repeat) else said
        if isinstance(like, UnreadableRecord):
            continue
        opened, operation = like.opens, like.operation
        is_told = opened is None or (opened.key in told and not opened.is_renewable)
        if is_told and (operation is None or operation.phase not in BEGINNINGS):
            continue
        if opened is not None:
            told.add(opened.key)
        # What was asked for is large to hand over, and no later verdict rests on it.
        yield structs.replace(like, request=None)


def raw_records(path: Path, translators: Sequence[Translator]) -> Iterator[RawRecord | UnreadableRecord]:
    """Yield the records of a file."""
    name = name_of(path)
    for index, piece in enumerate(pieces_in(path, translators)):
        if isinstance(piece, Damage):
            source = Source(file=name, index=index, sha256=piece.sha256)
            yield UnreadableRecord(error=piece.error, source=source)
        else:
            yield RawRecord(body=piece, source=source_of(piece, name, index))


def pieces_in(path: Path, translators: Sequence[Translator]) -> Iterator[bytes | Damage]:
    """Yield the bytes of each record of a file; what keeps it from being read is the last of them."""
    try:
        with path.open("rb") as stream:
            yield from pieces_of(stream, translators)
    except OSError as error:
        yield Damage.of_nothing(f"the file cannot be read: {error.strerror or error}")


def source_of(body: bytes, file: str, index: int) -> Source:
    """Return where a record stands."""
    return Source(file=file, index=index, sha256=hashlib.sha256(body).hexdigest())


def name_of(path: Path) -> str:
    """Return a file's name as text: it may be called anything, but what is said of it must be readable."""
    return os.fsencode(path).decode(errors="replace")
