"""States in S3, as Terraform's backend `s3` keeps them.

The state of the default workspace is the object at its key, those of others are at
`env:/NAME/KEY`. A lock is an object `KEY.tflock`, or an item of a DynamoDB table. A listing
tells of the first, and one request of a hundred of the second, so no state is asked by itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from drift.errors import ProviderError, ProviderResponseError
from drift.model.baseline import StateLock
from drift.ports import StateContent, StoredState
from providers.aws.lock_table import locks_in
from providers.aws.refusals import code_of, refusals
from providers.aws.session import open_client
from providers.aws.settings import AwsSettings
from providers.state_locks import read_lock

LOCK = ".tflock"
STATE = ".tfstate"

PIECE_BYTES = 256 * 1024


class S3StatesSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the buckets are reached, and where locks are. All of it is optional."""

    lock_table: str | None = None
    """The DynamoDB table that locks are in, if they are not beside the states."""
    workspace_key_prefix: str = "env:"
    """Where workspaces lie; empty: there are none."""


class S3States:
    """A `StateStore` of `s3://BUCKET/KEY-OR-FOLDER`."""

    def __init__(self, settings: S3StatesSettings) -> None:
        self._settings = settings
        self._access = settings.access()

    @cached_property
    def _s3(self) -> Any:
        return open_client("s3", self._access)

    @cached_property
    def _dynamodb(self) -> Any:
        return open_client("dynamodb", self._access)

    def find(self, location: str) -> Sequence[StoredState]:
        """List the states at a key or below a folder, and their workspaces; see `StateStore`."""
        bucket, key = _parts(location)
        objects = {one.key: one for prefix in self._prefixes(key) for one in self._list(bucket, prefix)}
        wanted = _Wanted(key, is_folder=key not in objects, workspaces=self._settings.workspace_key_prefix)
        found = sorted(one for one in objects if wanted.has(one))
        if not found:
            raise ProviderResponseError(
                f"no state at {location}",
                hint=f"name the key of a state, or a folder above objects that end in {STATE}",
            )
        items = self._items(bucket, found)
        return [
            StoredState(
                name=f"s3://{bucket}/{each}",
                version=objects[each].etag,
                lock=items.get(each) or self._lock(bucket, objects.get(each + LOCK)),
            )
            for each in found
        ]

    def read(self, state: StoredState, *, known: str | None = None) -> StateContent | None:
        """Read an object; S3 decrypts it; see `StateStore`."""
        from botocore.exceptions import ClientError

        bucket, key = _parts(state.name)
        condition = {"IfNoneMatch": known} if known else {}
        reading = partial(refusals, f"reading {state.name}", action="s3:GetObject", on=_arn(bucket, key))
        with reading():
            try:
                answer = self._s3.get_object(Bucket=bucket, Key=key, **condition)
            except ClientError as error:
                if code_of(error) == "304":
                    return None
                raise
        return StateContent(pieces=_pieces(answer["Body"], reading), version=answer.get("ETag"))

    def _prefixes(self, key: str) -> Iterator[str]:
        """Yield what is listed: what lies at the key, and the workspaces unless they lie there too."""
        yield key
        if self._settings.workspace_key_prefix:
            workspaces = f"{self._settings.workspace_key_prefix}/"
            if not workspaces.startswith(key):
                yield workspaces

    def _list(self, bucket: str, prefix: str) -> Iterator["_Object"]:
        what = f"listing s3://{bucket}/{prefix}"
        with refusals(what, action="s3:ListBucket", on=f"arn:aws:s3:::{bucket} (prefix {prefix or 'none'})"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            for page in pages:
                for one in page.get("Contents", ()):
                    yield _Object(one["Key"], one["ETag"], one["LastModified"])

    def _items(self, bucket: str, keys: Sequence[str]) -> Mapping[str, StateLock]:
        """Return the locks in the table, if there is one, by key."""
        table = self._settings.lock_table
        return locks_in(table, lambda: self._dynamodb, bucket, keys) if table else {}

    def _lock(self, bucket: str, lock: "_Object | None") -> StateLock | None:
        if lock is None:
            return None
        try:
            read = self.read(StoredState(name=f"s3://{bucket}/{lock.key}", version=None))
            content = read.whole() if read else b""
        except ProviderError:  # denied, or released meanwhile: that it is held is known from the listing
            content = b""
        return read_lock(content, taken_at=lock.modified_at)


def _pieces(body: Any, reading: Callable[[], AbstractContextManager[None]]) -> Iterator[bytes]:
    with reading(), body:
        yield from body.iter_chunks(PIECE_BYTES)


@dataclass(frozen=True, slots=True)
class _Object:
    key: str
    etag: str
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which objects are states of a location: the one at its key, or those below it."""

    key: str
    is_folder: bool
    workspaces: str

    def has(self, key: str) -> bool:
        return self._fits(key) or self._fits(self._without_workspace(key))

    def _fits(self, key: str | None) -> bool:
        if key is None:
            return False
        if key == self.key:
            return True
        folder = self.key if self.key.endswith("/") or not self.key else f"{self.key}/"
        return self.is_folder and key.startswith(folder) and key.endswith(STATE)

    def _without_workspace(self, key: str) -> str | None:
        start = f"{self.workspaces}/"
        if not self.workspaces or not key.startswith(start):
            return None
        return key.removeprefix(start).partition("/")[2] or None


def _parts(uri: str) -> tuple[str, str]:
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise ProviderResponseError(
            f"{uri} names no state in S3", hint="write s3://BUCKET/KEY, or a folder of states"
        )
    return bucket, key


def _arn(bucket: str, key: str) -> str:
    return f"arn:aws:s3:::{bucket}/{key}"
