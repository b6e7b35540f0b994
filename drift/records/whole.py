"""Decodes a text as a whole: the fast way to the same documents that `split` finds.

It takes only a text that is sound from end to end, and not a large one: decoding may need
thirty bytes of memory for each byte of a hostile text.
"""

from collections.abc import Iterable, Iterator

import msgspec

from drift.records.damage import Damage
from drift.records.lists import holds_list, list_among

WHOLE_LIMIT = 4 * 1024 * 1024
"""A text of more bytes is split step by step."""

_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_VALUE = msgspec.json.Decoder(msgspec.Raw)
_BOM = b"\xef\xbb\xbf"
_BLANKS = b" \t\r\n"


def documents_of(text: bytes, *, whole_limit: int = WHOLE_LIMIT) -> Iterable[bytes | Damage]:
    """Return the documents of a text that is at hand, and one `Damage` per damaged region."""
    documents = _decoded(text.removeprefix(_BOM).strip(_BLANKS)) if len(text) <= whole_limit else None
    return _split(text) if documents is None else documents


def _decoded(text: bytes) -> Iterable[bytes | Damage] | None:
    elements = _elements(text)
    if elements is not None:
        return list(map(bytes, elements))
    try:
        values = _VALUE.decode_lines(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return (document for value in values for document in _listed(bytes(value)))


def _listed(value: bytes) -> Iterator[bytes | Damage]:
    if not holds_list(value):
        return iter((value,))
    elements = _elements(value)
    return _split(value) if elements is None else map(bytes, elements)


def _split(text: bytes) -> Iterator[bytes | Damage]:
    from drift.records.split import split  # mostly nothing is damaged, and this need not be loaded

    return split(iter((text,)))


def _elements(text: bytes) -> list[msgspec.Raw] | None:
    """Decode a text that is one list of records, or an object with nothing behind such a list."""
    begin, end = 0, len(text)
    if text.startswith(b"{"):
        inside = list_among(text, 1)
        if inside is None or not text.endswith(b"}"):
            return None
        begin, end = inside, len(text) - 1
    try:
        return _LIST.decode(memoryview(text)[begin:end])
    except (msgspec.DecodeError, RecursionError):
        return None
