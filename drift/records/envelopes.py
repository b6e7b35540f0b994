"""Takes records out of what carried them: queue messages, event buses, answers of an API."""

import hashlib
from collections.abc import Iterator, Sequence

from drift.ports import Translator
from drift.records.damage import Damage
from drift.records.lists import holds_list
from drift.records.whole import documents_of

ENVELOPE_LEVELS = 3
"""A notification in a queue message, with an event in it, is as deep as clouds go."""


def opened(
    document: bytes, translators: Sequence[Translator], levels: int = ENVELOPE_LEVELS
) -> Iterator[bytes | Damage]:
    """Yield the records in `document`: itself, if it is no envelope; none, if it carries none."""
    carried = _carried(document, translators)
    if carried is None:
        yield document
    elif levels == 0:
        yield Damage(
            error=f"wrapped in more than {ENVELOPE_LEVELS} envelopes",
            sha256=hashlib.sha256(document).hexdigest(),
        )
    else:
        for text in carried:
            for inner in documents_of(text):
                if isinstance(inner, Damage):
                    yield inner
                else:
                    yield from opened(inner, translators, levels - 1)


def _carried(document: bytes, translators: Sequence[Translator]) -> Sequence[bytes] | None:
    for translator in translators:
        carried = translator.unwrap(document)
        if carried is not None:
            return carried
    return (document,) if holds_list(document) else None
