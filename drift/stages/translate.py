"""What does this record say? Ask each cloud's translator, the last successful one first."""

import re
import threading
from collections.abc import Sequence

from msgspec import structs

from drift.model.event import ChangeEvent, RawRecord, Repeat, UnreadableRecord
from drift.model.sign_in import SignIn
from drift.ports import TellsSignIns, Translator

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""A whole pair of surrogates, half of one, or any other escape."""

UNKNOWN_FORMAT = "valid JSON, but no audit record of a cloud that is understood"

FIRST_YEAR, LAST_YEAR = 2000, 2199
"""A record of any other year says not when it was made. Deadlines beyond the last year cannot be reckoned."""


class Translators:
    """The clouds' translators, remembering which one understood the last record.

    A file holds the records of one cloud, so the first guess is nearly always right. `translate` and
    `describe` may be called from any thread: what translators remember is not made for two at once.
    """

    def __init__(self, translators: Sequence[Translator]) -> None:
        self.all = tuple(translators)
        self._ordered = list(translators)
        self._alone = threading.RLock()

    def translate(self, raw: RawRecord | UnreadableRecord) -> ChangeEvent | UnreadableRecord:
        """Return what the record says; damage, or what no translator knows, is unreadable."""
        if isinstance(raw, UnreadableRecord):
            return raw
        with self._alone:
            said = self.recognise(raw)
            return said.event(raw.source) if isinstance(said, Repeat) else said

    def may_open(self, body: bytes) -> bool:
        """Tell quickly whether later records may rest on this one."""
        last = self._ordered[0]
        if body.startswith(last.record_heads):
            return last.may_open(body)
        return any(one.may_open(body) for one in self.all)

    def recognise(self, raw: RawRecord) -> ChangeEvent | Repeat | UnreadableRecord:
        """Return what the record says, and of a repeat only what it repeats, and when."""
        said = self._ordered[0].translate(raw) or self._by_another(raw)
        if isinstance(said, UnreadableRecord) and (mended := _mended(raw.body)) != raw.body:
            mended_record = structs.replace(raw, body=mended)
            said = self._ordered[0].translate(mended_record) or self._by_another(mended_record)
        if isinstance(said, UnreadableRecord):
            return said
        at = said.occurred_at
        if at is None or FIRST_YEAR <= at.year <= LAST_YEAR:
            return said
        return structs.replace(said, occurred_at=None)

    def _by_another(self, raw: RawRecord) -> ChangeEvent | Repeat | UnreadableRecord:
        """Ask the others, and ask the one that understands first from now on."""
        for position, translator in enumerate(self._ordered[1:], start=1):
            if (said := translator.translate(raw)) is not None:
                self._ordered.insert(0, self._ordered.pop(position))
                return said
        return UnreadableRecord(error=UNKNOWN_FORMAT, source=raw.source)

    def describe(self, event: ChangeEvent) -> ChangeEvent:
        """Add what people are told of a write: what it did, and what about it is risky."""
        owner = next((one for one in self.all if one.cloud is event.call.cloud), None)
        if owner is None:
            return event
        with self._alone:
            return owner.describe(event)

    def sign_in_of(self, event: ChangeEvent) -> SignIn | None:
        """Return what somebody signed in to, as far as the records of the cloud tell that."""
        owner: object = next((one for one in self.all if one.cloud is event.call.cloud), None)
        if not isinstance(owner, TellsSignIns):
            return None
        with self._alone:
            return owner.sign_in_of(event)


def _mended(body: bytes) -> bytes:
    """Return a record in which a sign of replacement stands for each character that is none.

    Whoever can put half of a surrogate pair into a name or a user agent must not be able to hide with
    it what they did: only that one character is lost.
    """
    text = body.decode(errors="replace").encode()
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], text)
