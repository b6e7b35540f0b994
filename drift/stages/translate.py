"""What does this record say? Ask each cloud's translator, the last successful one first."""

from collections.abc import Sequence

from drift.model.change import ChangeEvent, RawRecord, UnreadableRecord
from drift.ports import Translator

UNKNOWN_FORMAT = "valid JSON, but no audit record of a cloud that is understood"


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
                return said
        return UnreadableRecord(error=UNKNOWN_FORMAT, source=raw.source)
