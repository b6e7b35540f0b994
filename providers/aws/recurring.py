"""Reads that differ from an earlier one only in when, with which ids, and what was asked and answered.

Most of a trail are such reads, and they are told by their bytes: what stands before the time,
between the time and the request, and behind the event's id is the same to the byte as in a
record that was read in full. What stands between is read as the five fields that belong
there, and nothing else. So the answer is the one that reading all of it would give, and
whatever is odd about a record only makes it one that was never seen.
"""

from collections import defaultdict
from datetime import datetime

import msgspec
from msgspec import Struct

from drift.model.event import ChangeEvent, Repeat
from providers.aws.effects import may_tell_error
from providers.aws.origin import TELLING_MORE
from providers.aws.record import NULL, Text, TrailRecord

MAX_SIZE = 16 * 1024 * 1024
"""Bytes of records that are kept; beyond it all are forgotten."""
MAX_LENGTH = 8 * 1024
"""Bytes of a record without what was asked and answered. Longer ones are forged, and not kept."""
MAX_ALIKE = 8
"""Kinds that are told apart one by one. More have no more in common than a client that many share."""
CENTURY = b"20"
"""Of the years that are surely meant: a time of any other is looked at more closely."""

_TIME = b'"eventTime":"'
_TIME_LENGTH = len("2026-11-20T10:11:12Z")
_REQUEST = b'"requestParameters":'
_ID = b'"eventID":"'
_ID_LENGTH = len(_ID) + len('6f1c0c5e-1111-4222-8333-444455556666"')
_EVENT_TIME = b'"eventtime"'
_OUTSIDE = (
    b'"requestparameters"',
    b'"responseelements"',
    b'"additionaleventdata"',
    b'"requestid"',
    b'"eventid"',
)


class _Own(Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    """What a record of a kind has of its own, its time apart."""

    request_parameters: msgspec.Raw
    response_elements: msgspec.Raw = NULL
    additional_event_data: msgspec.Raw = NULL
    request_id: Text = msgspec.field(default=None, name="requestID")
    event_id: Text = msgspec.field(default=None, name="eventID")


_DECODE = msgspec.json.Decoder(_Own).decode


class _Kind(Struct, frozen=True, gc=False):
    head: bytes
    tail: bytes
    like: ChangeEvent
    error: str | None


class Recurring:
    """Remembers what was said of reads, by what their records have in common."""

    def __init__(self) -> None:
        self._kinds: dict[bytes, list[_Kind]] = defaultdict(list)
        self._shared: dict[bytes, bytes] = {}
        """The heads and tails that many kinds have in common."""
        self._size = 0

    def recall(self, body: bytes) -> Repeat | None:
        """Return what a record says, if it is like one that is remembered."""
        begin = body.find(_TIME) + len(_TIME)
        middle = begin + _TIME_LENGTH
        request = body.find(_REQUEST, middle)
        alike = self._kinds.get(body[middle:request])
        if alike is None:
            return None
        for kind in alike:
            if body.startswith(kind.head) and body.endswith(kind.tail):
                break
        else:
            return None
        try:
            own = _DECODE(b"{%b}" % body[request : len(body) - len(kind.tail)])
            at = _moment(body[begin:middle])
        except (ValueError, RecursionError):
            return None
        if not own.event_id or may_tell_error(own.response_elements):
            return None
        return Repeat(own.event_id, at, kind.like, kind.error)

    def learn(self, body: bytes, record: TrailRecord, said: Repeat) -> None:
        """Remember what is said of a record that was read in full, if its bytes tell others like it."""
        begin = body.find(_TIME) + len(_TIME)
        middle = begin + _TIME_LENGTH
        request = body.find(_REQUEST, middle)
        end = body.rfind(_ID) + _ID_LENGTH
        head, between, tail = body[:begin], body[middle:request], body[end:]
        if record.event_type in TELLING_MORE or len(head) + len(between) + len(tail) > MAX_LENGTH:
            return
        if not (self._is_plain(head, times=1) and self._is_plain(between) and self._is_plain(tail)):
            return
        try:
            own = _DECODE(b"{%b}" % body[request:end])
            is_told = (own.event_id, body[begin:middle].decode()) == (record.event_id, record.event_time)
        except (ValueError, RecursionError):
            return
        if is_told and not may_tell_error(own.response_elements):
            self._keep(head, between, tail, said)

    def _is_plain(self, part: bytes, times: int = 0) -> bool:
        """Tell whether nothing in what a kind shares, however spelled, can be one of the other fields."""
        if part in self._shared:
            return True
        folded = part.lower()
        return (
            b"\\" not in part
            and folded.count(_EVENT_TIME) == times
            and not any(name in folded for name in _OUTSIDE)
        )

    def _keep(self, head: bytes, between: bytes, tail: bytes, said: Repeat) -> None:
        self._size += len(head) + len(between) + len(tail)
        if self._size > MAX_SIZE:
            self._kinds.clear()
            self._shared.clear()
            self._size = 0
        head, tail = (self._shared.setdefault(one, one) for one in (head, tail))
        alike = self._kinds[between]
        del alike[MAX_ALIKE - 1 :]
        alike.insert(0, _Kind(head, tail, said.like, said.error))


def _moment(text: bytes) -> datetime:
    """Return a time that is written as AWS writes it; raise `ValueError` for any other.

    Between day and hour Python takes any character, even the quote at which the text ends in truth.
    """
    if text[:2] != CENTURY or text[10:11] != b"T" or text[19:] != b"Z":
        raise ValueError("a time of another form")
    return datetime.fromisoformat(text.decode())
