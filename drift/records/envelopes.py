"""Takes records out of what carried them: queue messages, event buses, answers of an API."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import methodcaller

from drift.ports import Unwrapper
from drift.records.damage import Damage
from drift.records.lists import holds_list
from drift.records.whole import documents_of

ENVELOPE_LEVELS = 3
"""A notification in a queue message, with an event in it, is as deep as clouds go."""


def records_in(
    documents: Iterable[bytes | Damage], unwrappers: Sequence[Unwrapper]
) -> Iterable[bytes | Damage]:
    """Return each document that is a record, and in the place of an envelope the records it carries."""
    heads = tuple(head for unwrapper in unwrappers for head in unwrapper.record_heads)
    if isinstance(documents, list) and all(map(methodcaller("startswith", heads), documents)):
        return documents  # mostly there is no envelope
    return _records_in(documents, unwrappers, heads, ENVELOPE_LEVELS)


def _records_in(
    documents: Iterable[bytes | Damage],
    unwrappers: Sequence[Unwrapper],
    heads: tuple[bytes, ...],
    levels: int,
) -> Iterator[bytes | Damage]:
    for document in documents:
        if isinstance(document, Damage) or document.startswith(heads):
            yield document
            continue
        carried = _carried(document, unwrappers)
        if carried is None:
            yield document
        elif levels == 0:
            yield Damage(
                error=f"wrapped in more than {ENVELOPE_LEVELS} envelopes",
                sha256=hashlib.sha256(document).hexdigest(),
            )
        else:
            inner = chain.from_iterable(map(documents_of, carried))
            yield from _records_in(inner, unwrappers, heads, levels - 1)


def _carried(document: bytes, unwrappers: Sequence[Unwrapper]) -> Sequence[bytes] | None:
    for unwrapper in unwrappers:
        carried = unwrapper.unwrap(document)
        if carried is not None:
            return carried
    return (document,) if holds_list(document) else None
