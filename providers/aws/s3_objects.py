"""Objects in S3: opened as a stream, and listed page by page."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO

from drift.errors import ProviderError
from providers.aws.refusals import SOURCES, code_of, refusals
from providers.aws.session import AwsAccess, open_client

PIECE_BYTES = 256 * 1024

GET_ACTION = "s3:GetObject (or kms:Decrypt on the key that encrypts it)"
LIST_ACTION = "s3:ListBucket"


@dataclass(frozen=True, slots=True)
class Listed:
    """One object of a listing."""

    key: str
    version: str
    """Its ETag, without quotes."""
    modified_at: datetime
    """When S3 received it: nobody who writes there can choose it."""


def uri(bucket: str, key: str) -> str:
    """Return the name that an object has in messages and in the store."""
    return f"s3://{bucket}/{key}"


def open_s3(access: AwsAccess) -> Any:
    """Return the client of S3. Raises `ProviderError`."""
    with refusals("opening S3", action="sts:AssumeRole", on=access.role or "*", asker=SOURCES):
        return open_client("s3", access)


def open_object(
    s3: Any, bucket: str, key: str, *, at_each_piece: Callable[[], None] | None = None
) -> BinaryIO:
    """Open an object; its bytes arrive as they are read.

    Raises:
        ProviderError: It is gone or denied, also while it is read.
    """
    return open_described(s3, bucket, key, at_each_piece=at_each_piece)[0]


def open_described(
    s3: Any, bucket: str, key: str, *, at_each_piece: Callable[[], None] | None = None
) -> tuple[BinaryIO, Mapping[str, str]]:
    """Open an object as `open_object` does, and return its metadata as well. Raises `ProviderError`."""
    reading = _reading(bucket, key)
    with reading():
        answer = s3.get_object(Bucket=bucket, Key=key)
    stream = BufferedReader(_Arriving(answer["Body"], reading, at_each_piece), PIECE_BYTES)
    return stream, answer.get("Metadata", {})


def is_gone(error: ProviderError) -> bool:
    """Tell whether an object could not be read because there is none."""
    return isinstance(error.__cause__, Exception) and code_of(error.__cause__) in {"NoSuchKey", "404"}


def version_of(s3: Any, bucket: str, key: str) -> str:
    """Return the ETag of an object. Raises `ProviderError`."""
    with _reading(bucket, key)():
        return str(s3.head_object(Bucket=bucket, Key=key)["ETag"]).strip('"')


def list_objects(s3: Any, bucket: str, prefix: str, *, after: str, page: int = 1000) -> Iterator[Listed]:
    """Yield the objects below `prefix` whose keys sort behind `after`; each page is asked for when needed.

    Raises:
        ProviderError: They cannot be listed.
    """
    asked = {"Bucket": bucket, "Prefix": prefix, "StartAfter": after, "MaxKeys": page}
    while True:
        with _listing(bucket, prefix):
            answer = s3.list_objects_v2(**asked)
        for one in answer.get("Contents", ()):
            yield Listed(one["Key"], str(one["ETag"]).strip('"'), one["LastModified"])
        if not answer.get("IsTruncated"):
            return
        asked = asked | {"ContinuationToken": answer["NextContinuationToken"]}


def list_folders(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    """Yield the names of what lies directly below `prefix` and holds something. Raises `ProviderError`."""
    asked = {"Bucket": bucket, "Prefix": prefix, "Delimiter": "/"}
    while True:
        with _listing(bucket, prefix):
            answer = s3.list_objects_v2(**asked)
        for one in answer.get("CommonPrefixes", ()):
            yield str(one["Prefix"]).removeprefix(prefix).rstrip("/")
        if not answer.get("IsTruncated"):
            return
        asked = asked | {"ContinuationToken": answer["NextContinuationToken"]}


class _Arriving(RawIOBase):
    """The body of an answer, whose errors say what failed."""

    def __init__(
        self,
        body: Any,
        reading: Callable[[], AbstractContextManager[None]],
        at_each_piece: Callable[[], None] | None,
    ) -> None:
        self._body = body
        self._reading = reading
        self._at_each_piece = at_each_piece

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._at_each_piece is not None:
            self._at_each_piece()
        with self._reading():
            piece = self._body.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()


def _reading(bucket: str, key: str) -> Callable[[], AbstractContextManager[None]]:
    on = f"arn:aws:s3:::{bucket}/{key}"
    return partial(refusals, f"reading {uri(bucket, key)}", action=GET_ACTION, on=on, asker=SOURCES)


def _listing(bucket: str, prefix: str) -> AbstractContextManager[None]:
    on = f"arn:aws:s3:::{bucket} (prefix {prefix or 'none'})"
    return refusals(f"listing {uri(bucket, prefix)}", action=LIST_ACTION, on=on, asker=SOURCES)
