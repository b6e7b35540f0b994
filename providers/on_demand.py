"""A translator that is imported when the first record asks for it: files hold records of one cloud."""

from collections.abc import Callable, Sequence
from functools import cached_property

from drift.model.event import ChangeEvent, RawRecord, Repeat, UnreadableRecord
from drift.model.resource import Cloud
from drift.ports import Translator


class OnDemand:
    """Stands in for the translator that `make` makes. Of envelopes it knows enough without it."""

    def __init__(
        self,
        cloud: Cloud,
        record_heads: tuple[bytes, ...],
        unwrap: Callable[[bytes], Sequence[bytes] | None],
        make: Callable[[], Translator],
    ) -> None:
        self.cloud = cloud
        self.record_heads = record_heads
        self.unwrap = unwrap
        self._make = make

    @cached_property
    def translator(self) -> Translator:
        """Return the translator itself."""
        return self._make()

    def may_open(self, body: bytes) -> bool:
        """Ask the translator."""
        return self.translator.may_open(body)

    def translate(self, raw: RawRecord) -> ChangeEvent | Repeat | UnreadableRecord | None:
        """Ask the translator, and from now on without this detour."""
        vars(self)["translate"] = self.translator.translate
        return self.translator.translate(raw)

    def describe(self, event: ChangeEvent) -> ChangeEvent:
        """Ask the translator."""
        return self.translator.describe(event)
