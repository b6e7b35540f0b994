"""What does this record say? Ask each cloud's translator, the last successful one first."""

from collections.abc import Sequence
from dataclasses import replace

from drift.model.event import ChangeEvent, RawRecord, UnreadableRecord
from drift.ports import Translator

UNKNOWN_FORMAT = "valid JSON, but no audit record of a cloud that is understood"

BELIEVABLE_YEARS = range(2000, 2200)
"""A record of any other year says not when it was made. Deadlines beyond the last year cannot be reckoned."""


class Translators:
    """The clouds' translators, remembering which one understood the last record.

    A file holds the records of one cloud, so the first guess is nearly always right.
    """

    def __init__(self, translators: Sequence[Translator]) -> None:
        self.all = tuple(translators)
        self._ordered = list(translators)

    def translate(self, raw: RawRecord | UnreadableRecord) -> ChangeEvent | UnreadableRecord:
        """Return what the record says; damage, or what no translator knows, is unreadable."""
        if isinstance(raw, UnreadableRecord):
            return raw
        for position, translator in enumerate(self._ordered):
            if (said := translator.translate(raw)) is not None:
                if position:
                    self._ordered.insert(0, self._ordered.pop(position))
                return _believable(said)
        return UnreadableRecord(error=UNKNOWN_FORMAT, source=raw.source)


def _believable(said: ChangeEvent | UnreadableRecord) -> ChangeEvent | UnreadableRecord:
    if isinstance(said, ChangeEvent) and said.occurred_at and said.occurred_at.year not in BELIEVABLE_YEARS:
        return replace(said, occurred_at=None)
    return said
