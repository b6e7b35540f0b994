"""The parts of a record that are decoded only where they matter, and the paths into them."""

from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote

from msgspec import Struct

from drift.model.resource import Json
from providers.aws.reading import value_of
from providers.aws.record import TrailRecord
from providers.aws.request import NONE, Step, steps_of, texts_below, unwrapped


class Part(StrEnum):
    """A part of a record, as the record calls it."""

    REQUEST = "requestParameters"
    RESPONSE = "responseElements"
    RESOURCES = "resources"


_REQUEST, _RESPONSE = Part.REQUEST, Part.RESPONSE


class RecordPath(Struct, frozen=True):
    """A place in a record: `requestParameters.items[].groupId`."""

    part: Part
    steps: tuple[Step, ...]


@lru_cache(maxsize=4096)
def record_path(text: str, without: frozenset[str] = NONE) -> RecordPath:
    """Return the path that `text` writes; raise `ValueError` where it begins with no part of a record."""
    part, _, rest = text.partition(".")
    return RecordPath(Part(part.removesuffix("[]")), steps_of(rest, without))


class Contents:
    """What was asked of a service, and what it answered."""

    __slots__ = ("_later", "_record", "request")

    def __init__(self, record: TrailRecord) -> None:
        self.request = unwrapped(value_of(record.request_parameters))
        """The parameters of the call."""
        self._record = record
        self._later: dict[Part, Json] = {}

    @property
    def response(self) -> Json:
        """What the service answered."""
        return self._part(_RESPONSE)

    def texts_at(self, path: RecordPath) -> list[str]:
        """Return the texts at a path. What stood in the call's URL may still be encoded."""
        texts = texts_below(self._part(path.part), path.steps)
        for text in texts:
            if "%3A" in text or "%2F" in text:
                return [unquote(one) if "%3A" in one or "%2F" in one else one for one in texts]
        return texts

    def _part(self, part: Part) -> Json:
        """Decode a part when it is first looked at."""
        if part is _REQUEST:
            return self.request
        if part not in self._later:
            record = self._record
            raw = record.response_elements if part is _RESPONSE else record.resources
            self._later[part] = unwrapped(value_of(raw))
        return self._later[part]
