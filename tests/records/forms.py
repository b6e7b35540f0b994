"""Records and the files they are delivered in, for the tests of this folder."""

import gzip
import io
import json
from collections.abc import Iterable, Sequence
from typing import BinaryIO

import msgspec

from drift.model.event import RawRecord, UnreadableRecord
from drift.records import records_of
from drift.records.whole import WHOLE_LIMIT


class Bus:
    """The records of a small cloud: events in letters, letters in parcels, and receipts of nothing."""

    record_heads = (b'{"version":"1.',)

    def unwrap(self, document: bytes) -> Sequence[bytes] | None:
        """Open `{"letter": record}`, `{"parcel": "text"}` and `{"receipt": anything}`."""
        if not document.startswith((b'{"letter"', b'{"parcel"', b'{"receipt"')):
            return None
        try:
            found = msgspec.json.decode(document, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError:
            return None
        if "letter" in found:
            return (bytes(found["letter"]),)
        if "parcel" in found:
            return (json.loads(bytes(found["parcel"])).encode(),)
        return ()


def a_record(number: int = 0, **fields: object) -> bytes:
    """Build a record with brackets, quotes and a list of objects in it."""
    record = {
        "version": "1.0",
        "user": {"name": "alice@example.com", "session": {"mfa": "false"}},
        "number": number,
        "policy": '{"statement": [{"effect": "allow"}, {"effect": "deny"}]}',
        "resources": [{"arn": "one"}, {"arn": "two"}],
        **fields,
    }
    return json.dumps(record, separators=(",", ":")).encode()


RECORDS = [a_record(number) for number in range(5)]


def listed(records: Iterable[bytes], key: str = "Records") -> bytes:
    """Write records as the clouds' files do: one object around a list."""
    return b'{"%s":[%s]}' % (key.encode(), b",".join(records))


def lines(records: Iterable[bytes]) -> bytes:
    """Write one record a line."""
    return b"".join(record + b"\n" for record in records)


def a_parcel(text: bytes) -> bytes:
    """Put a text into an envelope, as a string."""
    return json.dumps({"parcel": text.decode()}).encode()


def read(
    text: bytes, *, whole: bool = True, stream: BinaryIO | None = None
) -> list[RawRecord | UnreadableRecord]:
    """Read a text as the file `log.json`, with or without the fast path."""
    limit = WHOLE_LIMIT if whole else 0
    return list(records_of("log.json", stream or io.BytesIO(text), [Bus()], whole_limit=limit))


def bodies(found: Iterable[RawRecord | UnreadableRecord]) -> list[bytes]:
    """Return the bytes of the records that were read."""
    return [record.body for record in found if isinstance(record, RawRecord)]


def errors(found: Iterable[RawRecord | UnreadableRecord]) -> list[str]:
    """Return what was said of what could not be read."""
    return [record.error for record in found if isinstance(record, UnreadableRecord)]


def zipped(text: bytes) -> bytes:
    """Compress a text as the clouds' files are."""
    return gzip.compress(text, mtime=0)
