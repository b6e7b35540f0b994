"""What does this record say? Ask each cloud's translator, the last successful one first."""

from collections.abc import Sequence

from msgspec import structs

from drift.model.event import ChangeEvent, RawRecord, UnreadableRecord
from drift.ports import Repeat, Translator

UNKNOWN_FORMAT = "valid JSON, but no audit record of a cloud that is understood"

FIRST_YEAR, LAST_YEAR = 2000, 2199
"""A record of any other year says not when it was made. Deadlines beyond the last year cannot be reckoned."""


class Translators:
    """The clouds' translators, remembering which one understood the last record.

    A file holds the records of one cloud, so the first guess is nearly always right.
    """

    def __init__(self, translators: Sequence[Translator]) -> None:
        self.all = tuple(translators)
        self._ordered = list(translators)

    def recall(self, body: bytes) -> Repeat | None:
        """Recognise a record that says nothing but what an earlier one said, and when."""
        repeat = self._ordered[0].recall(body)
        if repeat is not None and repeat[1] is not None and not FIRST_YEAR <= repeat[1].year <= LAST_YEAR:
            return None
        return repeat

    def translate(self, raw: RawRecord | UnreadableRecord) -> ChangeEvent | UnreadableRecord:
        """Return what the record says; damage, or what no translator knows, is unreadable."""
        if isinstance(raw, UnreadableRecord):
            return raw
        said = self._ordered[0].translate(raw) or self._by_another(raw)
        if isinstance(said, ChangeEvent):
            at = said.occurred_at
            if at is not None and not FIRST_YEAR <= at.year <= LAST_YEAR:
                return structs.replace(said, occurred_at=None)
        return said

    def _by_another(self, raw: RawRecord) -> ChangeEvent | UnreadableRecord:
        """Ask the others, and ask the one that understands first from now on."""
        for position, translator in enumerate(self._ordered[1:], start=1):
            if (said := translator.translate(raw)) is not None:
                self._ordered.insert(0, self._ordered.pop(position))
                return said
        return UnreadableRecord(error=UNKNOWN_FORMAT, source=raw.source)

    def describe(self, event: ChangeEvent) -> ChangeEvent:
        """Add what people are told of a write: what it did, and what about it is risky."""
        owner = next((one for one in self.all if one.cloud is event.call.cloud), None)
        return event if owner is None else owner.describe(event)
